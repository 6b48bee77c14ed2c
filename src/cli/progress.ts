export interface Progress {
  /** `counted` is what is shown, where it is not what the work is measured by. */
  update(done: number, counted?: number): void
  end(): void
}

const width = 30
const everyMs = 100

/** A bar on standard error while it is a terminal, and nothing at all otherwise. */
export function showProgress(total: number, noun = ''): Progress {
  const terminal = process.stderr
  if (terminal.isTTY !== true) return { update: () => {}, end: () => {} }
  const began = performance.now()
  let drawnAt = 0
  const draw = (done: number, counted: number, now: number) => {
    drawnAt = now
    const seconds = Math.max((now - began) / 1_000, 0.001)
    terminal.write(`\r${progressLine({ total, done, counted, seconds, noun })}\u001b[K`)
  }
  return {
    update(done, counted = done) {
      const now = performance.now()
      if (now - drawnAt >= everyMs || done === total) draw(done, counted, now)
    },
    end: () => void terminal.write('\n'),
  }
}

interface Moment {
  total: number
  done: number
  counted: number
  seconds: number
  /** What is counted, where that is not said by the total. */
  noun: string
}

/** A bar, how much is done, how fast, and how long the rest will take at that pace. */
export function progressLine({ total, done, counted, seconds, noun }: Moment): string {
  const part = Math.min(done / Math.max(total, 1), 1)
  const full = Math.floor(width * part)
  const bar = `${'#'.repeat(full)}${'.'.repeat(width - full)}`
  const rate = Math.round(counted / seconds)
  const amount = noun === '' ? `${counted} of ${total}` : `${counted} ${noun}`
  const left = part === 0 ? '' : `, ${duration((seconds * (1 - part)) / part)} left`
  return `[${bar}] ${Math.floor(part * 100)}% ${amount}, ${rate} a second${left}`
}

function duration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${whole % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
