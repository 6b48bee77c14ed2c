import { hasStore, openAppStore } from '../app.ts'
import type { Config } from '../config/load-config.ts'
import type { Workspace } from '../core/workspace.ts'
import { didYouMean } from '../lib/nearest.ts'
import type { FullStore } from '../storage/open-store.ts'
import type { Store } from '../storage/store.ts'
import { CliError } from './command.ts'

/**
 * Opens the store beside a server that may be running, and closes it whatever happens. Without
 * `create` it refuses where there is no store: more likely the folder is the wrong one. `sealing`
 * is for whoever puts secrets into it.
 */
export async function withStore<T>(
  config: Config,
  use: (store: FullStore) => Promise<T>,
  { create = false, sealing = false } = {},
): Promise<T> {
  if (!create && !(await hasStore(config))) {
    throw new CliError(
      'refused',
      config.databaseUrl === null
        ? `There is no store in ${config.data}. Start one with roster serve, or set ROSTER_DATA to ` +
            'its folder.'
        : 'There is no store at ROSTER_DATABASE_URL. Start one with roster serve, or correct it.',
    )
  }
  const store = await openAppStore(config, { sealing })
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

/** The workspace with this name; refuses, with what was perhaps meant, when there is none. */
export async function findWorkspace(store: Store, name: string): Promise<Workspace> {
  const workspaces = await store.listWorkspaces()
  const found = workspaces.find((workspace) => workspace.name === name)
  if (found) return found
  if (workspaces.length === 0) {
    throw new CliError(
      'refused',
      'The store is empty. Run roster serve, or make a workspace: roster workspace create NAME.',
    )
  }
  const names = workspaces.map((workspace) => workspace.name)
  throw new CliError(
    'refused',
    `There is no workspace "${name}".${didYouMean(name, names)} See roster workspace list.`,
  )
}
