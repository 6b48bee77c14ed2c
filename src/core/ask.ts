import type { Applied } from './command.ts'
import type { CommandBody, Question } from './dialect.ts'
import type { Profile } from './profile.ts'

/** What an endpoint may ask while it makes its answer. */
export type Ask = { profiles: Question } | { apply: CommandBody }

/**
 * Makes an answer in several looks: yields what it asks for, is resumed with what was found, and
 * returns. Whoever runs it talks to the store; a refusal is thrown into it where it asked. A call
 * that writes asks for one command that is carried out, and for nothing that may fail after it.
 */
export type Asking<T> = Generator<Ask, T, unknown>

/** Asks for profiles; nobody is an empty list. */
export function* askProfiles(question: Question): Asking<Profile[]> {
  return (yield { profiles: question }) as Profile[]
}

/** Asks for a command to be carried out. */
export function* askCommand(command: CommandBody): Asking<Applied> {
  return (yield { apply: command }) as Applied
}
