import { standardAttributes } from './attributes.ts'
import { type JsonValue, own } from './json.ts'
import type { Profile } from './profile.ts'

/** What is known of one attribute over all profiles; figures are those of a sample. */
export interface AttributeSummary {
  name: string
  /** The type of a standard attribute; null for any other. */
  standard: 'text' | 'boolean' | 'integer' | null
  /** When it was stored for the first time. */
  firstAt: number
  /** The latest time at which it was set or cleared, in the sample; null where nobody had it. */
  lastAt: number | null
  /** Values by their type. */
  types: { [type: string]: number }
  /** Who has a value, as a part of 1. */
  fillRate: number
  /** Who set the values that are there. */
  sources: string[]
}

/** Summarises attributes by their names and a sample of profiles. */
export function summariseAttributes(
  names: readonly { name: string; firstAt: number }[],
  sample: readonly Profile[],
): AttributeSummary[] {
  return names.map(({ name, firstAt }) => {
    const types: AttributeSummary['types'] = {}
    const sources = new Set<string>()
    let lastAt: number | null = null
    let filled = 0
    for (const { attributes, provenance } of sample) {
      const from = own(provenance, name)
      if (from) lastAt = Math.max(lastAt ?? 0, from.at)
      const value = own(attributes, name)
      if (value === undefined) continue
      filled += 1
      const type = typeName(value)
      types[type] = (types[type] ?? 0) + 1
      if (from) sources.add(from.source)
    }
    const standard = own<AttributeSummary['standard']>(standardAttributes, name) ?? null
    const fillRate = sample.length === 0 ? 0 : filled / sample.length
    return { name, standard, firstAt, lastAt, types, fillRate, sources: [...sources].sort() }
  })
}

function typeName(value: JsonValue): string {
  if (typeof value === 'string') return 'text'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value === 'object' ? 'map' : typeof value
}
