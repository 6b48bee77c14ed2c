import type { Decided } from '../../core/decision.ts'
import type { Profile, WorkspaceId } from '../../core/profile.ts'
import { namesIn, type UsedName } from '../names-used.ts'
import type { Row } from '../rows.ts'
import type { NameCache } from './name-cache.ts'
import * as sql from './statements.ts'
import type { Transaction } from './transaction.ts'

/**
 * Gives numbers to the names a group used for the first time, under the lock on the counters; and
 * finds those of names that the profiles in its answers show. Answers what to do after the commit:
 * until then a new number may yet be undone.
 */
export async function keepNames(
  transaction: Transaction,
  group: {
    workspaceId: WorkspaceId
    names: NameCache
    decisions: readonly Decided[]
    shown: readonly (Profile | null)[]
    lastName: number
    now: number
  },
): Promise<() => void> {
  const { workspaceId, names } = group
  const { asOf } = names
  const used = unknownNames(names, workspaceId, usedBy(group.decisions))
  const shown = unknownNames(names, workspaceId, group.shown.flatMap(namesShown))
  if (used.size === 0 && shown.size === 0) return () => {}
  const asked = [...new Map([...used, ...shown]).values()]
  const found = await selectNames(transaction, workspaceId, asked)
  const fresh = [...used].filter(([key]) => !found.has(key)).map(([, name]) => name)
  const numbered = fresh.map((name, index) => ({ ...name, id: group.lastName + index + 1 }))
  if (numbered.length > 0) {
    const columns = [
      numbered.map(({ kind }) => kind),
      numbered.map(({ name }) => name),
      numbered.map(({ id }) => id),
    ]
    transaction.send(sql.insertNames, [workspaceId, ...columns, group.now])
  }
  return () => {
    for (const each of [...found.values(), ...numbered]) names.set(workspaceId, each, asOf)
  }
}

/** Those of the names that are stored, with their numbers. */
export async function selectNames(
  transaction: Pick<Transaction, 'query'>,
  workspaceId: WorkspaceId,
  asked: readonly UsedName[],
): Promise<Map<string, UsedName & { id: number }>> {
  const kinds = asked.map(({ kind }) => kind)
  const values = asked.map(({ name }) => name)
  const { rows } = await transaction.query<Row>(sql.selectNames, [workspaceId, kinds, values])
  return new Map(
    rows.map((row) => {
      const name = {
        kind: row.kind as UsedName['kind'],
        name: row.name as string,
        id: row.id as number,
      }
      return [keyOf(name), name]
    }),
  )
}

/** Each of the names once that this process does not know to be stored. */
export function unknownNames(
  names: NameCache,
  workspaceId: WorkspaceId,
  asked: readonly UsedName[],
): Map<string, UsedName> {
  const unknown = asked.filter(({ kind, name }) => !names.isStored(workspaceId, kind, name))
  return new Map(unknown.map((name) => [keyOf(name), name]))
}

/** The names whose numbers a vendor's answer about the profile may show. */
export function namesShown(profile: Profile | null): UsedName[] {
  if (!profile) return []
  return [
    ...Object.keys(profile.attributes).map((name) => ({ kind: 'attribute' as const, name })),
    ...profile.tags.map((name) => ({ kind: 'tag' as const, name })),
  ]
}

function usedBy(decisions: readonly Decided[]): UsedName[] {
  const events = decisions.flatMap((decided) => decided.events)
  return events.flatMap(({ changes }) => namesIn(changes))
}

function keyOf({ kind, name }: UsedName): string {
  return `${kind}\0${name}`
}
