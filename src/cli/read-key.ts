import type { Key } from '../core/command.ts'
import { canonicalEmail, EMAIL, type ProfileId } from '../core/profile.ts'
import { CliError } from './command.ts'

/** A person as the command line names one: a number, or an identifier. */
export function readKey(asked: string): Key {
  const at = asked.indexOf('=')
  if (at > 0) {
    const kind = asked.slice(0, at)
    const value = asked.slice(at + 1)
    return { identifier: { kind, value: kind === EMAIL ? canonicalEmail(value) : value } }
  }
  if (/^\d{1,15}$/.test(asked)) return { profile: Number(asked) as ProfileId }
  throw new CliError(
    'usage',
    `"${asked}" is neither a number nor KIND=VALUE, such as email=a@b.example.`,
  )
}
