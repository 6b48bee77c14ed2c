import type { SQLInputValue } from 'node:sqlite'
import type { EventId } from '../../core/profile.ts'
import type { Row } from '../rows.ts'
import type { EventSource, EventTest, Link } from '../search/event-source.ts'
import type { HistoryPart } from '../search/long-history.ts'
import * as sql from './event-statements.ts'

/** What searching for events looks up in a file. */
export function eventSource(
  all: (text: string, ...values: SQLInputValue[]) => Promise<Row[]>,
): EventSource {
  return {
    span: async (workspaceId) => {
      const [row] = await all(sql.selectSpan, workspaceId)
      if (row?.first == null) return null
      const { first, last, entered } = row as { [name: string]: number | null }
      return { first: first as number, last: last as number, entered: entered ?? 0 }
    },
    lastBefore: async (workspaceId, { above, below }, at) => {
      const [row] = await all(sql.selectLastBefore, workspaceId, above, below, at)
      return row?.low as number
    },
    newestOf: async (workspaceId, subject) => {
      if (subject <= 0 || subject >= sql.idsBelow) return null
      const [row] = await all(sql.selectNewestOf, workspaceId, subject)
      return (row?.last_event as EventId | null | undefined) ?? null
    },
    chain: async (workspaceId, from, limit) =>
      from < sql.idsBelow ? all(sql.selectChain, workspaceId, from, limit, 0) : [],
    links: async (workspaceId, from, { above, limit }) =>
      (await all(sql.selectLinks, workspaceId, from, limit, above)) as unknown as Link[],
    testedLinks: async (workspaceId, from, { above, limit, test }) => {
      const given = [workspaceId, from, limit, above, ...tests(test)]
      const rows = await all(sql.selectTestedLinks, ...given)
      return rows.map(({ id, previous, passes }) => ({
        ...{ id: id as EventId, previous: previous as EventId | null, passes: passes === 1 },
      }))
    },
    milestones: async (workspaceId, subject, { above, limit }) => {
      if (subject <= 0 || subject >= sql.idsBelow || above >= sql.idsBelow) return []
      const rows = await all(sql.selectMilestones, workspaceId, subject, above, limit)
      return rows.map(({ id }) => id as EventId)
    },
    lastOfHistory: async (workspaceId, subject) => {
      const [row] = await all(sql.selectLastOfHistory, workspaceId, subject)
      return (row?.last as EventId | undefined) ?? null
    },
    historyParts: async (workspaceId, subject, { above, below, descending, limit }) => {
      const text = descending ? sql.selectHistoryBack : sql.selectHistory
      const rows = await all(text, workspaceId, subject, ...bounds(above, below), limit)
      return rows as unknown as HistoryPart[]
    },
    stretch: (workspaceId, { above, below, descending, limit, test }) => {
      const text = descending ? sql.selectStretchBack : sql.selectStretch
      return all(text, workspaceId, ...bounds(above, below), ...tests(test), limit)
    },
    caused: (workspaceId, cause, { above, below, descending, limit }) => {
      const text = descending ? sql.selectCausedBack : sql.selectCaused
      return all(text, workspaceId, cause, ...bounds(above, below), limit)
    },
    eventsByIds: (workspaceId, wanted) =>
      all(sql.selectEventsByIds, workspaceId, JSON.stringify(wanted)),
    eventBlocks: async (workspaceId, { kind, value, edge, descending, limit }) => {
      const text = descending ? sql.selectEventBlocksBack : sql.selectEventBlocks
      return blocks(await all(text, workspaceId, kind, value, edge, limit))
    },
    someEventBlocks: async (workspaceId, { kind, value }, wanted) => {
      const list = JSON.stringify(wanted)
      return blocks(await all(sql.selectSomeEventBlocks, workspaceId, kind, value, list))
    },
    nextEventTerm: async (workspaceId, kind, from) => {
      const [row] = await all(sql.selectEventTermFrom, workspaceId, kind, from)
      return (row?.value as string | undefined) ?? null
    },
  }
}

function tests({ types, source, rule, received }: EventTest): (string | number | null)[] {
  const { from = null, until = null } = received ?? {}
  const rules = rule === null ? [null, null] : [`${rule}@`, `${rule}A`]
  return [types && JSON.stringify(types), source, ...rules, from, until]
}

function bounds(above: number, below: number): [number, number] {
  return [Math.max(0, above), Math.min(below, sql.idsBelow - 1)]
}

function blocks(rows: readonly Row[]): [number, Uint8Array][] {
  return rows.map(({ block, ids }) => [block as number, ids as Uint8Array])
}
