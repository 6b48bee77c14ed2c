export interface Progress {
  update(done: number): void
  end(): void
}

const width = 30
const everyMs = 100

/** A bar on standard error while it is a terminal, and nothing at all otherwise. */
export function showProgress(total: number): Progress {
  const terminal = process.stderr
  if (terminal.isTTY !== true) return { update: () => {}, end: () => {} }
  const began = performance.now()
  let drawnAt = 0
  const draw = (done: number, now: number) => {
    drawnAt = now
    const full = Math.floor((width * done) / Math.max(total, 1))
    const rate = Math.round(done / Math.max((now - began) / 1_000, 0.001))
    const bar = `${'#'.repeat(full)}${'.'.repeat(width - full)}`
    terminal.write(`\r[${bar}] ${done} of ${total}, ${rate} a second `)
  }
  return {
    update(done) {
      const now = performance.now()
      if (now - drawnAt >= everyMs || done === total) draw(done, now)
    },
    end: () => void terminal.write('\n'),
  }
}
