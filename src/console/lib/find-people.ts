import type { Profile } from '../../client/client.js'
import { api } from './api.ts'

const shownMax = 50

/** Whether it may be a name: it is neither `#7` nor `kind:value` nor `name=value`. */
export function isName(text: string): boolean {
  return text.trim() !== '' && !/^#\d+$|[:=]/.test(text.trim())
}

/**
 * Finds people by whatever was typed, as far as an index leads to them: `#7` is an id, `kind:value`
 * an identifier, `name=value` an attribute; else an e-mail address, a user id or a phone number
 * that begins so. `findByName` finds the others.
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
  const found = await Promise.all([
    api.listProfiles({ ...common, kind: 'email', prefix: asked.toLowerCase() }),
    api.listProfiles({ ...common, kind: 'user_id', prefix: asked }),
    /\d/.test(asked) ? api.listProfiles({ ...common, phone: asked }) : { data: [] },
  ])
  return together(...found.map(({ data }) => data))
}

/** Those whose shown name begins so; refused in time where too many would have to be read. */
export async function findByName(text: string, signal: AbortSignal): Promise<Profile[]> {
  return (await api.listProfiles({ limit: shownMax, name: text.trim(), signal })).data
}

/** Each once, in the order in which they were found, and not more than fit on a page. */
export function together(...found: readonly (readonly Profile[])[]): Profile[] {
  const byId = new Map(found.flat().map((each) => [each.id, each]))
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
