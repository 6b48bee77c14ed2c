import { fixedMs, parseDuration } from '../core/duration.ts'
import { instantOf } from '../core/instant.ts'
import { CliError } from './command.ts'

/** A time as options give it, in milliseconds UTC. */
export function readTime(name: string, text: string): number {
  const duration = parseDuration(text)
  const back = duration && fixedMs(duration)
  if (back !== null) return Date.now() - back
  const at = instantOf(text)
  if (at !== null) return at
  throw new CliError('usage', `${name} takes a date, or a duration back such as PT2H or P1D.`)
}
