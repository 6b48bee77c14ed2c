import type { Bounds } from './event-source.ts'
import type { EventTermKind } from './event-terms.ts'
import { countTerms, type TermPart } from './walk-event-terms.ts'
import type { LogSearch } from './walk-events.ts'

/** Types that a beginning may stand for before they are looked for in the log itself. */
const typesMax = 100
/** So few events of a kind are looked at sooner than all that there are about a person. */
const fewMax = 500

/** Whether terms lead to so few that a person's events are found among them. */
export async function walkFew(
  search: LogSearch,
  parts: TermPart[],
  bounds: Bounds,
): Promise<boolean> {
  return (await countTerms(search, parts, bounds)) <= fewMax
}

/** What a query asks for that has terms; null where it is nothing, or too much to look up. */
export async function termPartsOf({
  source,
  workspaceId,
  query,
}: LogSearch): Promise<TermPart[] | null> {
  const { types, source: cameThrough, rule } = query
  const parts: TermPart[] = []
  if (rule !== undefined) parts.push({ kind: 'rule', values: [rule] })
  if (cameThrough !== undefined) parts.push({ kind: 'source', values: [cameThrough] })
  if (types) {
    const values = new Set<string>()
    for (const type of types) {
      if (!type.endsWith('*')) values.add(type)
      else for (const each of await beginning(type.slice(0, -1))) values.add(each)
      if (values.size > typesMax) return parts.length > 0 ? parts : null
    }
    parts.push({ kind: 'type', values: [...values] })
  }
  return parts.length > 0 ? parts : null

  async function beginning(prefix: string): Promise<string[]> {
    const found: string[] = []
    const kind: EventTermKind = 'type'
    for (let from = prefix; found.length <= typesMax; ) {
      const next = await source.nextEventTerm(workspaceId, kind, from)
      if (next === null || !next.startsWith(prefix)) break
      found.push(next)
      from = `${next}\u0001`
    }
    return found
  }
}
