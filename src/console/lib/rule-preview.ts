import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { createContext } from 'react'
import type { Event, RuleDefinition, TriedRule } from '../../client/client.js'
import { api } from './api.ts'
import { latestEvents } from './latest-events.ts'

/* What a rule that is being written would make of an event of the log, again with every change. */

export interface Preview {
  /** What names there are to choose from, as conditions name them. */
  names: { event: string[]; profile: string[] }
  /** What may stand in a template, written as it is there. */
  roots: string[]
  tried: TriedRule | undefined
  error: Error | null
  retry(): void
  /** The event it is tried on; null where there is none, undefined until that is known. */
  event: Event | null | undefined
}

const nothing: Preview = {
  names: { event: [], profile: [] },
  roots: [],
  tried: undefined,
  error: null,
  retry() {},
  event: undefined,
}

export const RulePreview = createContext(nothing)

/** How long nothing has to be typed before it is tried. */
const pauseMs = 400
/** Of so many event types the latest is looked for; further ones wait their turn. */
const typesMax = 5

export const attributeNames = queryOptions({
  queryKey: ['attributes'],
  queryFn: ({ signal }) => api.listAttributes({ signal }),
  staleTime: 300_000,
})

export function useRulePreview(definition: RuleDefinition, id: number | null): Preview {
  const [settled] = useDebouncedValue(definition, pauseMs)
  const { on } = settled as { on?: unknown }
  const types = Array.isArray(on) ? on.map(String).slice(0, typesMax) : []
  const event = useQuery({
    queryKey: ['preview', 'event', id, types],
    queryFn: () => (id === null ? latestOf(types) : theOne(id)),
    placeholderData: keepPreviousData,
  })
  const found = event.data ?? null
  const tried = useQuery({
    queryKey: ['preview', 'tried', found?.id, settled],
    queryFn: ({ signal }) =>
      api.tryRule({ body: { rule: settled, event_id: found?.id ?? 0 }, signal }),
    enabled: found !== null,
    gcTime: 0,
    placeholderData: keepPreviousData,
  })
  const attributes = useQuery(attributeNames)
  const names = {
    event: Object.keys(found?.attributes ?? {}),
    profile: attributes.data?.data.map(({ name }) => name) ?? [],
  }
  const changed = found?.changes.filter(({ of }) => of === 'attribute').map(({ name }) => name)
  const roots = [
    ...names.event.map((name) => place('event', name)),
    ...names.profile.map((name) => place('profile', name)),
    ...(changed ?? []).flatMap((name) => {
      const at = place('changes', name)
      return [`${at}.from`, `${at}.to`]
    }),
    'tags',
    'workspace.name',
  ]
  const error = event.error ?? tried.error
  const retry = () => void (event.error ? event.refetch() : tried.refetch())
  return { names, roots, tried: error ? undefined : tried.data, error, retry, event: event.data }
}

function place(root: string, name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? `${root}.${name}` : `${root}["${name}"]`
}

async function theOne(id: number): Promise<Event> {
  return (await api.getEvent({ id })).event
}

/** The latest event of these types; where there is none, the latest of all. */
async function latestOf(types: readonly string[]): Promise<Event | null> {
  const found = await Promise.all(types.map((type) => latestEvents({ limit: 1, type })))
  const events = found.flatMap((latest) => latest.events).sort((a, b) => b.id - a.id)
  return events[0] ?? (await latestEvents({ limit: 1 })).events[0] ?? null
}
