import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Config } from './config/load-config.ts'

const keyBytes = 32

/**
 * The key everything that is signed or encrypted hangs on: the option, else `secret.key` in the
 * data folder, which is made, readable by its owner alone, when it is not there.
 *
 * @throws Error when the file holds no key.
 */
export function readSecretKey(config: Pick<Config, 'secretKey' | 'data'>): Buffer {
  if (config.secretKey !== null) return Buffer.from(config.secretKey, 'hex')
  const path = secretKeyPath(config)
  const text = readIfThere(path)?.trim()
  if (text === undefined) return makeKey(path)
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  throw new Error(
    `${path} holds ${text.length} characters, but a secret key is ${keyBytes * 2} hex digits. ` +
      'Put the right file back, or remove it: a new key is made then, which voids what the old ' +
      'one signed.',
  )
}

/** The key at hand, and after it the one before where there is one. */
export function readSecretKeys(
  config: Pick<Config, 'secretKey' | 'secretKeyPrevious' | 'data'>,
): [Buffer, ...Buffer[]] {
  const { secretKeyPrevious } = config
  const previous = secretKeyPrevious === null ? [] : [Buffer.from(secretKeyPrevious, 'hex')]
  return [readSecretKey(config), ...previous]
}

export function secretKeyPath(config: Pick<Config, 'data'>): string {
  return join(config.data, 'secret.key')
}

/**
 * Written beside and then given its name, so that a crash leaves no half key; of programs that
 * start at once on one folder, the first to do so makes the key of all.
 */
function makeKey(path: string): Buffer {
  const key = randomBytes(keyBytes)
  const beside = `${path}.${process.pid}`
  const file = openSync(beside, 'w', 0o600)
  try {
    writeSync(file, `${key.toString('hex')}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  try {
    linkSync(beside, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    return Buffer.from(readFileSync(path, 'utf8').trim(), 'hex')
  } finally {
    unlinkSync(beside)
  }
  return key
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
