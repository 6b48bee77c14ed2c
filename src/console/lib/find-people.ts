import type { Profile } from '../../client/client.js'
import { api } from './api.ts'

const shownMax = 50

/**
 * Finds people by whatever was typed: `#7` is an id, `kind:value` an identifier, `name=value` an
 * attribute; else a name, an e-mail address, a user id or a phone number that begins so.
 */
export async function findPeople(text: string, signal: AbortSignal): Promise<Profile[]> {
  const asked = text.trim()
  const common = { limit: shownMax, signal }
  if (asked === '') {
    return (await api.listProfiles({ ...common, order: 'desc' })).data
  }
  const id = /^#(\d{1,15})$/.exec(asked)?.[1]
  if (id !== undefined) return orNone(api.getProfile({ id: Number(id), signal }))
  const attribute = /^([^\s=:]+)\s*=\s*(.*)$/.exec(asked)
  if (attribute) {
    const [, name = '', value = ''] = attribute
    const any = readings(value).map((is) => ({ profile: name, is }))
    return (await api.listProfiles({ ...common, where: JSON.stringify({ any }) })).data
  }
  const identifier = /^(\w+):(.+)$/.exec(asked)
  if (identifier) {
    const [, kind = '', prefix = ''] = identifier
    return (await api.listProfiles({ ...common, kind, prefix })).data
  }
  const looked = await Promise.allSettled([
    api.listProfiles({ ...common, name: asked }),
    api.listProfiles({ ...common, kind: 'user_id', prefix: asked }),
    api.listProfiles({ ...common, phone: asked }).catch(() => ({ data: [] })),
  ])
  const found = looked.flatMap((one) => (one.status === 'fulfilled' ? one.value.data : []))
  const failed = looked.find((one) => one.status === 'rejected')
  if (failed && found.length === 0) throw failed.reason
  const byId = new Map(found.map((each) => [each.id, each]))
  return [...byId.values()].slice(0, shownMax)
}

/** What was typed may mean a text or another kind of value. */
function readings(typed: string): unknown[] {
  try {
    const value: unknown = JSON.parse(typed)
    return typeof value === 'string' ? [value] : [value, typed]
  } catch {
    return [typed]
  }
}

async function orNone(profile: Promise<Profile>): Promise<Profile[]> {
  try {
    return [await profile]
  } catch (error) {
    if ((error as { status?: number }).status === 404) return []
    throw error
  }
}
