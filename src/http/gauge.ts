import { Gauge, type Registry } from 'prom-client'

type Set = (value: number, labels?: { [name: string]: string }) => void

/** A gauge that is read when somebody asks; one that cannot be read is left out of the answer. */
export function gauge(
  registry: Registry,
  name: string,
  help: string,
  of: { labelNames?: string[]; read: (set: Set) => void | Promise<void> },
): void {
  new Gauge({
    name,
    help,
    labelNames: of.labelNames ?? [],
    registers: [registry],
    async collect() {
      this.reset()
      try {
        await of.read((value, labels) => this.set(labels ?? {}, value))
      } catch {
        this.reset()
      }
    },
  })
}
