import type { Changes } from './command.ts'
import type { DropReason } from './event.ts'
import { type JsonObject, type JsonValue, own, sameJson } from './json.ts'
import { limits } from './limits.ts'

/** The value that a change of a stored one comes to, or why there is none. */
export type RelativeChange =
  | { name: string; value: JsonValue; reason?: undefined }
  | { name: string; value?: undefined; reason: DropReason }

/**
 * What increments and changes of lists come to on the stored attributes. What is absent counts as 0
 * and as an empty list; a list that loses its last entry stays, empty.
 */
export function relativeChanges(
  profile: { attributes: JsonObject },
  changes: Changes,
): Iterable<RelativeChange> {
  const { increment, add, remove } = changes
  return increment || add || remove ? each(profile, changes) : []
}

function* each(
  { attributes }: { attributes: JsonObject },
  { increment = {}, add = {}, remove = {} }: Changes,
): Generator<RelativeChange> {
  for (const [name, by] of Object.entries(increment)) {
    const stored = own(attributes, name) ?? 0
    if (typeof stored !== 'number') {
      yield { name, reason: 'not_a_number' }
      continue
    }
    const sum = stored + by
    const isStorable = Number.isFinite(sum) && Math.abs(sum) <= Number.MAX_SAFE_INTEGER
    yield isStorable ? { name, value: sum } : { name, reason: 'unfit_value' }
  }
  for (const name of new Set([...Object.keys(remove), ...Object.keys(add)])) {
    const stored = own(attributes, name)
    if (stored !== undefined && !Array.isArray(stored)) {
      yield { name, reason: 'not_a_list' }
      continue
    }
    const gone = own(remove, name) ?? []
    if (stored === undefined && !Object.hasOwn(add, name)) continue
    const kept = (stored ?? []).filter((entry) => !includes(gone, entry))
    for (const entry of own(add, name) ?? []) if (!includes(kept, entry)) kept.push(entry)
    const isStorable = kept.length <= limits.listEntriesMax || kept.length <= (stored?.length ?? 0)
    yield isStorable ? { name, value: kept } : { name, reason: 'too_many_entries' }
  }
}

function includes(list: readonly JsonValue[], wanted: JsonValue): boolean {
  return list.some((entry) => sameJson(entry, wanted))
}
