import type { EventId, Profile, Provenance } from '../core/profile.ts'

type ByName = Profile['provenance']
/**
 * Time, event, source, 1 when set once, then the names of the attributes it holds for; before them
 * since when, where that is another time.
 */
export type ProvenanceGroup = [number, EventId, string, 0 | 1, ...(string | number)[]]

/** Groups compared one by one before a new one is begun; a profile rarely has more. */
const comparedMax = 12

/**
 * A profile's provenance as it is stored and handed from thread to thread. Attributes that one
 * write set share theirs, so each is there once with the names it holds for: a third of the bytes
 * of the plain object, and of the time to read and write it.
 */
export function groupProvenance(provenance: ByName): ProvenanceGroup[] {
  const groups: ProvenanceGroup[] = []
  const known = new Map<Provenance, ProvenanceGroup>()
  for (const name of Object.keys(provenance)) {
    const one = provenance[name] as Provenance
    let group = known.get(one)
    if (!group) {
      const once = one.once ? 1 : 0
      group = groups.length > comparedMax ? undefined : groups.find((other) => same(other, one))
      if (!group) {
        group = [one.at, one.event, one.source, once]
        if (one.since !== undefined) group.push(one.since)
        groups.push(group)
      }
      known.set(one, group)
    }
    group.push(name)
  }
  return groups
}

/** The other direction: attributes of one group share one object. */
export function ungroupProvenance(groups: readonly ProvenanceGroup[]): ByName {
  const provenance: ByName = {}
  for (const group of groups) {
    const [at, event, source, once] = group
    const one: Provenance = once ? { at, event, source, once: true } : { at, event, source }
    const since = group[4]
    const isAgain = typeof since === 'number'
    if (isAgain) one.since = since
    for (let index = isAgain ? 5 : 4; index < group.length; index++) {
      provenance[group[index] as string] = one
    }
  }
  return provenance
}

function same([at, event, source, once, since]: ProvenanceGroup, one: Provenance): boolean {
  return (
    at === one.at &&
    event === one.event &&
    source === one.source &&
    once === (one.once ? 1 : 0) &&
    (typeof since === 'number' ? since : undefined) === one.since
  )
}
