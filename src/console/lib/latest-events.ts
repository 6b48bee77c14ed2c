import { type Event, RosterError } from '../../client/client.js'
import { api } from './api.ts'

const dayMs = 86_400_000
const minuteMs = 60_000
/** How far back the counts are asked when events of a type were there last. */
const countedDays = 30

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
 * The latest events, newest first. No index knows types, so of a type that came last a million
 * events ago the counts say where to look.
 */
export async function latestEvents(asked: Asked, signal?: AbortSignal): Promise<Latest> {
  const filter = { ...asked, order: 'desc', ...(signal && { signal }) } as const
  try {
    return { events: (await api.listEvents(filter)).data, isPart: false }
  } catch (error) {
    if (!isTimeout(error) || asked.type === undefined) throw error
  }
  const at = await lastMinuteOf(asked.type, signal)
  if (at === null) return { events: [], isPart: true }
  const since = new Date(at).toISOString()
  const until = new Date(at + minuteMs).toISOString()
  const { data } = await api.listEvents({ ...filter, since, until })
  return { events: data, isPart: true }
}

export function isTimeout(error: unknown): boolean {
  return error instanceof RosterError && error.code === 'query_timeout'
}

async function lastMinuteOf(type: string, signal?: AbortSignal): Promise<number | null> {
  const from = new Date(Date.now() - countedDays * dayMs).toISOString()
  const { data } = await api.countEvents({
    from,
    step: 'day',
    by: 'type',
    ...(signal && { signal }),
  })
  const takes = (name: string) =>
    type.endsWith('*') ? name.startsWith(type.slice(0, -1)) : name === type
  const last = data.filter(({ name }) => takes(name ?? '')).map(({ last_at }) => last_at)
  const [latest] = last.sort().reverse()
  return latest === undefined ? null : Date.parse(latest)
}
