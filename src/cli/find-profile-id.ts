import type { WorkspaceId } from '../core/profile.ts'
import type { Store } from '../storage/store.ts'
import { CliError } from './command.ts'
import { readKey } from './read-key.ts'

/** The number of a profile that is named by it, or by an identifier, as text. */
export async function findProfileId(
  store: Store,
  workspaceId: WorkspaceId,
  asked: string,
): Promise<string> {
  const key = readKey(asked)
  if ('profile' in key) return asked
  const [found] = await store.findProfiles(workspaceId, { keys: [key] })
  if (found) return String(found.id)
  throw new CliError('refused', `No profile has ${asked}.`)
}
