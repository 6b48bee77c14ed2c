import { exitCodes } from './command.ts'

/** npm passes a Ctrl-C on that the terminal has delivered already: that is one signal, not two. */
const sameSignalMs = 250

/** Resolves at the first signal to stop; the next one ends the process. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let stoppedAt: number | null = null
    const onSignal = () => {
      const now = performance.now()
      if (stoppedAt !== null && now - stoppedAt > sameSignalMs) process.exit(exitCodes.failed)
      stoppedAt ??= now
      resolve()
    }
    // A terminal that is closed asks to stop as well.
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, onSignal)
  })
}
