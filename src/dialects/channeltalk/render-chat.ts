import type { DialectRequest } from '../../core/dialect.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { Profile } from '../../core/profile.ts'
import type { StoredRecord } from '../../core/record.ts'
import { renderUser, type UserView } from './render-user.ts'
import type { ThingIds } from './user-ids.ts'

/** A chat as clients read it; what it does not have is left out. */
export function renderChat(
  { id, body, createdAt, updatedAt, version }: StoredRecord,
  profile: Profile | undefined,
  { workspace }: DialectRequest,
  view: UserView,
  ids: ThingIds,
): JsonObject {
  const chat: { [field: string]: JsonValue | undefined } = {
    id: ids.show(id, createdAt, workspace),
    channelId: String(workspace.id),
    state: body.state ?? 'opened',
    managed: false,
    priority: 'medium',
    userId: profile && view.ids.show(profile, workspace),
    name: profile && (renderUser(profile, workspace, view).name as string | undefined),
    managerIds: [],
    createdAt,
    updatedAt,
    openedAt: createdAt,
    version,
  }
  return Object.fromEntries(
    Object.entries(chat).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  )
}
