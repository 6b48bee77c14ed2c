import type { Dialect } from '../core/dialect.ts'
import type { Token } from '../storage/store.ts'
import { CliError, type OptionSpec } from './command.ts'

export const rateLimitOption = {
  type: 'text',
  placeholder: 'off|vendor',
  values: ['off', 'vendor'],
  default: 'off',
  help: "Whether its calls are held to the vendor's limits.",
} as const satisfies OptionSpec

/** @throws CliError for another word, or where the vendor states no limits. */
export function readRateLimit(dialect: Dialect, word: string): Token['rateLimit'] {
  if (word !== 'off' && word !== 'vendor') {
    throw new CliError('usage', `The rate limit "${word}" is not one of off, vendor.`)
  }
  if (word === 'vendor' && !dialect.rateLimit) {
    throw new CliError('usage', `The vendor of ${dialect.id} states no limits on calls.`)
  }
  return word
}
