import type { JsonValue } from '../core/json.ts'
import type { WorkspaceId } from '../core/profile.ts'
import { defaultSettings, type WorkspaceSettings } from '../core/workspace.ts'
import type { EraseTools } from './erase-tools.ts'
import type { Found } from './find-traces.ts'
import type { UsedName } from './names-used.ts'
import { parseList } from './rows.ts'

/** Ids looked through in one statement. */
const stretch = 10_000

/** What else an operator may have written a name into; `?1` is the workspace. */
const writings = [
  ['rules', 'definition'],
  ['destinations', 'definition'],
  ['records', 'name'],
  ['records', 'body'],
] as const

/**
 * Takes the names out that nobody but these people ever had: those of attributes and tags that came
 * into use with one of them, and that no other profile, event, rule, destination, setting or record
 * holds. To be called before their traces go, by which it is known what they had.
 */
export async function eraseNames(
  tools: EraseTools,
  workspace: WorkspaceId,
  people: readonly number[],
  events: readonly Found[],
): Promise<void> {
  const { look, write, syntax } = tools
  const had = await namesOf(tools, workspace, people, events)
  if (had.length === 0) return
  const wiped = new Set<number>(events.map(({ id }) => id))
  const last = await lastEvent(tools, workspace)
  const left: UsedName[] = []
  for (const name of had) {
    if (await isWritten(tools, workspace, name)) continue
    if (await isHeld(tools, workspace, people, name)) continue
    if (await isTold(look, syntax, { workspace, wiped, name, above: 0, upTo: last })) continue
    left.push(name)
  }
  if (left.length === 0) return
  await write(async (session) => {
    // From here on nobody writes, and whoever remembers a name looks again whether it is there.
    await session.run(syntax.holdNames, [workspace])
    const now = await lastEvent({ ...tools, look: session }, workspace)
    for (const name of left) {
      const since = { workspace, wiped, name, above: last, upTo: now }
      if (await isTold(session, syntax, since)) continue
      await session.run('DELETE FROM names WHERE workspace_id = ?1 AND kind = ?2 AND name = ?3', [
        ...[workspace, name.kind, name.name],
      ])
    }
  })
}

/** What they had, as far as nobody had it before the first of them came. */
async function namesOf(
  { look, syntax }: EraseTools,
  workspace: number,
  people: readonly number[],
  events: readonly Found[],
): Promise<UsedName[]> {
  const names = new Map<string, UsedName>()
  const add = (kind: UsedName['kind'], name: string) => names.set(`${kind} ${name}`, { kind, name })
  let since = Number.MAX_SAFE_INTEGER
  const columns = 'attributes, tags, created_at'
  const held = await look.all(`SELECT ${columns} FROM profiles WHERE ${syntax.ids('profiles')}`, [
    workspace,
    people,
  ])
  for (const row of held) {
    since = Math.min(since, row.created_at as number)
    const attributes = JSON.parse(row.attributes as string) as { [name: string]: JsonValue }
    for (const name of Object.keys(attributes)) add('attribute', name)
    for (const name of parseList<string>(row.tags as string)) add('tag', name)
  }
  for (const { changed, receivedAt } of events) {
    since = Math.min(since, receivedAt)
    for (const { kind, name } of changed) add(kind, name)
  }
  const keeps = await keepsAttributes(look, workspace)
  const found: UsedName[] = []
  for (const each of names.values()) {
    if (each.kind === 'attribute' && keeps(each.name)) continue
    const select = 'SELECT first_at FROM names WHERE workspace_id = ?1 AND kind = ?2 AND name = ?3'
    const [row] = await look.all(select, [workspace, each.kind, each.name])
    if (row && (row.first_at as number) >= since) found.push(each)
  }
  return found
}

/** By the settings: where new attributes are not made, those there are were chosen. */
async function keepsAttributes(
  look: EraseTools['look'],
  workspace: number,
): Promise<(name: string) => boolean> {
  const [row] = await look.all('SELECT settings FROM workspaces WHERE id = ?1', [workspace])
  const stored = JSON.parse((row?.settings as string | undefined) ?? '{}')
  const settings = { ...defaultSettings, ...(stored as WorkspaceSettings) }
  return (name) =>
    settings.unknownKeys === 'existing-only' || settings.indexedAttributes.includes(name)
}

async function isWritten(
  { look, syntax }: EraseTools,
  workspace: number,
  { name }: UsedName,
): Promise<boolean> {
  // Within JSON as it is written there.
  const text = JSON.stringify(name).slice(1, -1)
  for (const [table, column] of writings) {
    const select = `SELECT 1 AS one FROM ${table}
      WHERE workspace_id = ?1 AND ${syntax.holds(column)} LIMIT 1`
    if ((await look.all(select, [workspace, text])).length > 0) return true
  }
  return false
}

/** By anybody else, removed or not. */
async function isHeld(
  { look, syntax }: EraseTools,
  workspace: number,
  people: readonly number[],
  { kind, name }: UsedName,
): Promise<boolean> {
  const entered = `SELECT 1 AS one FROM profile_terms
    WHERE workspace_id = ?1 AND kind = ?2 AND name = ?3 LIMIT 1`
  if ((await look.all(entered, [workspace, kind, name])).length > 0) return true
  const column = kind === 'tag' ? 'tags' : 'attributes'
  const text = kind === 'tag' ? JSON.stringify(name) : `${JSON.stringify(name)}:`
  const [counters] = await look.all(
    'SELECT last_profile_id AS last FROM counters WHERE workspace_id = ?1',
    [workspace],
  )
  const select = `SELECT id FROM profiles WHERE ${syntax.between('profiles', '?3', '?4')}
    AND ${syntax.holds(column)} LIMIT ${people.length + 1}`
  for (let from = 0; from < Number(counters?.last ?? 0); from += stretch) {
    const rows = await look.all(select, [workspace, text, from, from + stretch])
    if (rows.some(({ id }) => !people.includes(id as number))) return true
  }
  return false
}

/** By an event that is not wiped: so by that of whoever has it, and of whoever had it once. */
async function isTold(
  session: EraseTools['look'],
  syntax: EraseTools['syntax'],
  of: {
    workspace: number
    wiped: ReadonlySet<number>
    name: UsedName
    above: number
    upTo: number
  },
): Promise<boolean> {
  const { workspace, wiped, name, above, upTo } = of
  const select = `SELECT id FROM events
    WHERE ${syntax.between('events', '?3', '?4')} AND ${syntax.holds('changes')}`
  const text = JSON.stringify(name.name)
  for (let from = above; from < upTo; from += stretch) {
    const values = [workspace, text, from, Math.min(from + stretch, upTo)]
    const rows = await session.all(select, values)
    if (rows.some(({ id }) => !wiped.has(id as number))) return true
  }
  return false
}

async function lastEvent({ look }: Pick<EraseTools, 'look'>, workspace: number): Promise<number> {
  const select = 'SELECT last_event_id AS last FROM counters WHERE workspace_id = ?1'
  const [row] = await look.all(select, [workspace])
  return Number(row?.last ?? 0)
}
