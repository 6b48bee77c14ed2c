import { pino } from 'pino'
import { startApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import type { Dialect } from '../../src/core/dialect.ts'
import type { WorkspaceSettings } from '../../src/core/workspace.ts'
import type { FullStore } from '../../src/storage/open-store.ts'
import type { Engine } from './engines.ts'
import { type NewWorkspace, newWorkspace } from './new-workspace.ts'
import { tempFolder } from './temp-folder.ts'

/** The whole program inside the test's own process. */
export interface RunningRoster {
  url: string
  /** The same with TLS, where the options ask for it. */
  tlsUrl: string | null
  /** The store the program works on. */
  store: FullStore
  /** Where that is, for who looks past it. */
  databaseUrl: string
  dialects: readonly Dialect[]
  /** With a token for each of `dialects`, which are all unless some are named. */
  newWorkspace(
    settings?: Partial<WorkspaceSettings>,
    dialects?: readonly Dialect[],
  ): Promise<NewWorkspace>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Starts Roster on a free port and a store of its own, which goes when it is closed. */
export async function startRoster(
  engine: Engine,
  env: { [option: string]: string } = {},
): Promise<RunningRoster> {
  const folder = tempFolder()
  const place = await engine.newPlace(folder.path)
  const remove = async () => {
    await place.remove()
    folder.remove()
  }
  try {
    const base = { ROSTER_PORT: '0', ROSTER_DATA: folder.path }
    const config = loadConfig({ ...base, ...place.env, ...env })
    const app = await startApp(config, { logger: pino({ level: 'silent' }) })
    const close = async () => {
      await app.close()
      await remove()
    }
    return {
      url: app.url,
      tlsUrl: app.tlsUrl,
      store: app.store,
      databaseUrl: place.url,
      dialects: app.dialects,
      newWorkspace: (settings, dialects = app.dialects) =>
        newWorkspace(app.store, dialects, settings),
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await remove()
    throw error
  }
}
