import { dialects } from '../../src/dialects/registry.ts'
import { type FullStore, openStore } from '../../src/storage/open-store.ts'
import { type Engine, sqlite } from './engines.ts'
import { type NewWorkspace, newWorkspace } from './new-workspace.ts'
import { type SpawnedRoster, type SpawnOptions, spawnRoster } from './spawn-roster.ts'
import { type TempFolder, tempFolder } from './temp-folder.ts'

/** A data folder, and the store that goes with it, that outlives the processes that work on it. */
export interface DataFolder {
  path: string
  /** Where the store is. */
  url: string
  /** What tells a program so. */
  env: { [option: string]: string }
  /** Starts the program on the folder, as an operator would. */
  start(options?: Omit<SpawnOptions, 'dataDir'>): Promise<SpawnedRoster>
  /** Opens the store beside the program, or without it. */
  openStore(): Promise<FullStore>
  /** The same, and lets go of the files afterwards. */
  withStore<T>(work: (store: FullStore) => Promise<T>): Promise<T>
  newWorkspace(): Promise<NewWorkspace>
  [Symbol.asyncDispose](): Promise<void>
}

export async function dataFolder(
  engine: Engine = sqlite,
  folder: TempFolder = tempFolder(),
): Promise<DataFolder> {
  const place = await engine.newPlace(folder.path)
  const decision = new URL('../../src/decision.ts', import.meta.url)
  const open = () => openStore(place.url, { decision })
  const withStore = async <T>(work: (store: FullStore) => Promise<T>): Promise<T> => {
    const store = await open()
    try {
      return await work(store)
    } finally {
      await store.close()
    }
  }
  return {
    path: folder.path,
    url: place.url,
    env: { ROSTER_DATA: folder.path, ...place.env },
    start: ({ env, ...options } = {}) =>
      spawnRoster({ dataDir: folder.path, env: { ...place.env, ...env }, ...options }),
    openStore: open,
    withStore,
    newWorkspace: () => withStore((store) => newWorkspace(store, dialects)),
    [Symbol.asyncDispose]: async () => {
      await place.remove()
      folder.remove()
    },
  }
}
