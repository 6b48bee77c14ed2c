import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Config } from '../config/load-config.ts'
import { secretKeyPath } from '../secret-key.ts'
import type { Finding } from '../storage/maintain-store.ts'

const megabyte = 1_048_576
/** Below the first, writes are about to fail; below the second, or 5 % of the disk, be told. */
const freeBytes = { fail: 100 * megabyte, warn: 1_024 * megabyte }

/** The data folder: is it there and ours alone, is there room, is the secret key a key. */
export function examineFolder(config: Config): Finding[] {
  const { data } = config
  if (!existsSync(data)) {
    const there = nearestFolder(data)
    return [
      canWrite(there)
        ? { name: 'data folder', state: 'ok', detail: `${data} is not there yet and can be made` }
        : unwritable(data, `${there} cannot be written`),
      space(there),
    ]
  }
  return [rights(data), space(data), secretKey(config)]
}

function rights(data: string): Finding {
  const status = statSync(data)
  if (!status.isDirectory()) return unwritable(data, `${data} is not a folder`)
  if (!canWrite(data)) return unwritable(data, `${data} cannot be written`)
  const mode = (status.mode & 0o777).toString(8)
  const detail = `${data} can be written, mode ${mode}`
  if ((status.mode & 0o077) === 0) return { name: 'data folder', state: 'ok', detail }
  const remedy = `Others on this machine may look into it: chmod 700 ${data}`
  return { name: 'data folder', state: 'warn', detail, remedy }
}

function unwritable(data: string, detail: string): Finding {
  const remedy = `Give ${data} to the account that runs Roster, or set ROSTER_DATA.`
  return { name: 'data folder', state: 'fail', detail, remedy }
}

function space(folder: string): Finding {
  const { bavail, blocks, bsize } = statfsSync(folder)
  const free = bavail * bsize
  const part = blocks === 0 ? 1 : bavail / blocks
  const detail = `${Math.round(free / megabyte)} MiB free, ${Math.round(part * 100)} % of the disk`
  const remedy = 'Make room: when the disk is full, writes are refused until there is some.'
  if (free < freeBytes.fail) return { name: 'disk space', state: 'fail', detail, remedy }
  if (free < freeBytes.warn || part < 0.05)
    return { name: 'disk space', state: 'warn', detail, remedy }
  return { name: 'disk space', state: 'ok', detail }
}

function secretKey(config: Config): Finding {
  const name = 'secret key'
  if (config.secretKey !== null) return { name, state: 'ok', detail: 'from the configuration' }
  const path = secretKeyPath(config)
  if (!existsSync(path))
    return { name, state: 'ok', detail: `none yet; roster serve makes ${path}` }
  if (!/^[0-9a-f]{64}\s*$/i.test(readFileSync(path, 'utf8'))) {
    const remedy = 'Put the right file back, or remove it to have a new one made.'
    return { name, state: 'fail', detail: `${path} does not hold 64 hex digits`, remedy }
  }
  if ((statSync(path).mode & 0o077) === 0) return { name, state: 'ok', detail: path }
  const remedy = `Others on this machine may read it: chmod 600 ${path}`
  return { name, state: 'warn', detail: `${path} is open to others`, remedy }
}

function canWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The folder itself, or the nearest one above it that is there. */
function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path))
}
