import { pino } from 'pino'
import { startApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import type { Dialect } from '../../src/core/dialect.ts'
import type { WorkspaceSettings } from '../../src/core/workspace.ts'
import type { Store } from '../../src/storage/store.ts'
import { type NewWorkspace, newWorkspace } from './new-workspace.ts'
import { tempFolder } from './temp-folder.ts'

/** The whole program inside the test's own process. */
export interface RunningRoster {
  url: string
  /** The store the program works on. */
  store: Store
  dialects: readonly Dialect[]
  newWorkspace(settings?: Partial<WorkspaceSettings>): Promise<NewWorkspace>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Starts Roster on a free port and a data folder of its own, which goes when it is closed. */
export async function startRoster(env: { [option: string]: string } = {}): Promise<RunningRoster> {
  const folder = tempFolder()
  try {
    const config = loadConfig({ ROSTER_PORT: '0', ROSTER_DATA: folder.path, ...env })
    const app = await startApp(config, { logger: pino({ level: 'silent' }) })
    const close = async () => {
      await app.close()
      folder.remove()
    }
    return {
      url: app.url,
      store: app.store,
      dialects: app.dialects,
      newWorkspace: (settings) => newWorkspace(app.store, app.dialects, settings),
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    folder.remove()
    throw error
  }
}
