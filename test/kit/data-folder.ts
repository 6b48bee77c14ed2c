import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { dialects } from '../../src/dialects/registry.ts'
import { openStore } from '../../src/storage/open-store.ts'
import type { Store } from '../../src/storage/store.ts'
import { type NewWorkspace, newWorkspace } from './new-workspace.ts'
import { type SpawnedRoster, type SpawnOptions, spawnRoster } from './spawn-roster.ts'
import { tempFolder } from './temp-folder.ts'

/** A data folder that outlives the processes that work on it. */
export interface DataFolder {
  path: string
  /** Starts the program on the folder, as an operator would. */
  start(options?: Omit<SpawnOptions, 'dataDir'>): Promise<SpawnedRoster>
  /** Opens the store beside the program, or without it. */
  openStore(): Promise<Store>
  /** The same, and lets go of the files afterwards. */
  withStore<T>(work: (store: Store) => Promise<T>): Promise<T>
  newWorkspace(): Promise<NewWorkspace>
  [Symbol.dispose](): void
}

export function dataFolder(): DataFolder {
  const folder = tempFolder()
  const open = () => {
    const url = `sqlite://${pathToFileURL(join(folder.path, 'roster.db')).pathname}`
    return openStore(url, { decision: new URL('../../src/decision.ts', import.meta.url) })
  }
  const withStore = async <T>(work: (store: Store) => Promise<T>): Promise<T> => {
    const store = await open()
    try {
      return await work(store)
    } finally {
      await store.close()
    }
  }
  return {
    path: folder.path,
    start: (options) => spawnRoster({ dataDir: folder.path, ...options }),
    openStore: open,
    withStore,
    newWorkspace: () => withStore((store) => newWorkspace(store, dialects)),
    [Symbol.dispose]: () => folder.remove(),
  }
}
