import type { Event } from '../../client/client.js'
import { api } from './api.ts'

const dayMs = 86_400_000
/** How far back the counts are asked when events of a type were there last. */
const countedDays = 30
/** What has come in since may not be counted yet. */
const uncountedMs = 600_000
/** A log of so many events is looked through in well under a second. */
const lookedMax = 20_000

export interface Latest {
  events: Event[]
  /** There may be older ones, which would take too long to look for. */
  isPart: boolean
}

interface Asked {
  type?: string
  profile_id?: number
  limit: number
}

/**
 * The latest events, newest first. No index knows groups of types, such as `order.*`: of those that
 * may lie a million events back the counts say from when to look.
 */
export async function latestEvents(asked: Asked, signal?: AbortSignal): Promise<Latest> {
  const { type, profile_id } = asked
  const filter = { ...asked, order: 'desc', ...(signal && { signal }) } as const
  // A type is found by its index, and a person's events along the person.
  const from =
    type?.endsWith('*') && profile_id === undefined
      ? await whereToLook(type.slice(0, -1), asked.limit, signal)
      : null
  const { data } = await api.listEvents({ ...filter, ...(from !== null && { since: from }) })
  return { events: data, isPart: from !== null && data.length < asked.limit }
}

/** From when to look for types that begin so; null where all of the log can be looked through. */
async function whereToLook(
  group: string,
  wanted: number,
  signal?: AbortSignal,
): Promise<string | null> {
  const from = new Date(Date.now() - countedDays * dayMs).toISOString()
  const common = { from, step: 'day', by: 'type', ...(signal && { signal }) } as const
  const { data } = await api.countEvents(common)
  const takes = (name: string) => name.startsWith(group)
  let ours = 0
  let all = 0
  for (const [day, counts] of [...Map.groupBy(data, ({ at }) => at)].reverse()) {
    const mine = counts.filter(({ name }) => takes(name ?? ''))
    ours += sum(mine)
    all += sum(counts)
    if (all > lookedMax) {
      const last = data.filter(({ name }) => takes(name ?? '')).map(({ last_at }) => last_at)
      return last.sort().at(-1) ?? new Date(Date.now() - uncountedMs).toISOString()
    }
    if (ours >= wanted) return day
  }
  return null
}

function sum(counts: readonly { count: number }[]): number {
  return counts.reduce((total, { count }) => total + count, 0)
}
