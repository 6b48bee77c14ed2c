import { accessSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TempFolder {
  path: string
  remove(): void
  [Symbol.dispose](): void
}

/** What is kept in memory must leave as much of it for everybody else. */
const memoryMin = 1_000_000_000

/** An empty folder that goes with everything in it when it is disposed of, in memory if it can. */
export function tempFolder(): TempFolder {
  return folderIn(inMemory() ?? tmpdir())
}

/** The same on a disk, for what is to wait for it: who is killed is often killed in a sync. */
export function diskFolder(): TempFolder {
  return folderIn(tmpdir())
}

function folderIn(place: string): TempFolder {
  const path = mkdtempSync(join(place, 'roster-test-'))
  const remove = () => rmSync(path, { recursive: true, force: true })
  return { path, remove, [Symbol.dispose]: remove }
}

/** Where files wait for no disk, if there is such a place with room for `bytes`. */
export function inMemory(bytes = memoryMin): string | null {
  const folder = '/dev/shm'
  try {
    accessSync(folder, constants.W_OK)
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize > bytes ? folder : null
  } catch {
    return null
  }
}
