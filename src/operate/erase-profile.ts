import type { Actor } from '../core/audit.ts'
import type { IfVersion } from '../core/command.ts'
import { Fault } from '../core/errors.ts'
import type { Source } from '../core/event.ts'
import type { ProfileId, WorkspaceId } from '../core/profile.ts'
import type { Erasure, Store } from '../storage/store.ts'

/**
 * Takes a person out of every read, then wipes what is stored about them; nothing brings it back.
 * One who is out of every read already is wiped all the same, so that an erasure that was cut short
 * can be asked for again.
 *
 * @throws Fault `profile_not_found` where there never was such a profile.
 */
export async function eraseProfile(
  store: Store,
  workspace: WorkspaceId,
  asked: ProfileId,
  { source, by, ifVersion }: { source: Source; by?: Actor; ifVersion?: IfVersion | undefined },
): Promise<Erasure & { profile: ProfileId }> {
  const keys = [{ profile: asked }]
  const [living] = await store.findProfiles(workspace, { keys })
  const profile = living?.id ?? asked
  if (living) {
    await store.apply(workspace, {
      kind: 'remove-profile',
      keys: [{ profile }],
      erase: true,
      ...(ifVersion === undefined ? {} : { ifVersion }),
      source,
      reply: 'outcome',
    })
  }
  const erasure = await store.eraseProfile(workspace, profile, by)
  if (!living && erasure.traces.events + erasure.traces.identifiers === 0) {
    throw new Fault('profile_not_found', { message: `Nothing is stored about a profile ${asked}.` })
  }
  return { ...erasure, profile }
}
