import type { Logger } from 'pino'

/** JSON lines on standard output, gathered for a moment so that a line costs next to nothing. */
export async function createLogger(level: string): Promise<Logger> {
  const { pino } = await import('pino')
  const destination = pino.destination({
    dest: 1,
    sync: false,
    minLength: 8_192,
    periodicFlush: 100,
  })
  // A log nobody can write, on a full disk for instance, is no reason to stop serving.
  destination.on('error', () => {})
  const formatters = { level: (label: string) => ({ level: label }) }
  return pino({ level, base: null, formatters }, destination)
}
