import type { WorkspaceId } from '../core/profile.ts'
import { didYouMean } from '../lib/nearest.ts'
import type { Destination } from '../storage/delivery-store.ts'
import type { FullStore } from '../storage/open-store.ts'
import { CliError } from './command.ts'

/** The destination with this name; refuses, with what was perhaps meant, when there is none. */
export async function findDestination(
  store: FullStore,
  workspace: WorkspaceId,
  name: string,
): Promise<Destination> {
  const found = await store.findDestination(workspace, name)
  if (found) return found
  const names = (await store.listDestinations(workspace)).map((each) => each.name)
  const hint =
    names.length === 0
      ? ' There is none yet: declare it in the rules file and apply that.'
      : `${didYouMean(name, names)} See roster destinations list.`
  throw new CliError('refused', `There is no destination "${name}".${hint}`)
}
