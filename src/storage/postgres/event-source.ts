import type { EventId } from '../../core/profile.ts'
import type { Row } from '../rows.ts'
import type { EventSource, EventTest, Link, TestedLink } from '../search/event-source.ts'
import type { HistoryPart } from '../search/long-history.ts'
import * as sql from './event-statements.ts'
import type { Ask } from './search-sources.ts'

/** What searching for events looks up in a database. */
export function eventSource(ask: Ask): EventSource {
  return {
    span: async (workspaceId) => {
      const [row] = await ask(sql.selectSpan, [workspaceId])
      if (row?.first == null) return null
      const { first, last, entered } = row as { [name: string]: number | null }
      return { first: first as number, last: last as number, entered: entered ?? 0 }
    },
    lastBefore: async (workspaceId, { above, below }, at) => {
      const [row] = await ask(sql.selectLastBefore, [workspaceId, above, below, at])
      return row?.low as number
    },
    newestOf: async (workspaceId, subject) => {
      const [row] = await ask(sql.selectNewestOf, [workspaceId, subject])
      return (row?.last_event as EventId | null | undefined) ?? null
    },
    chain: (workspaceId, from, limit) => ask(sql.selectChain, [workspaceId, from, limit]),
    links: async (workspaceId, from, { above, limit }) =>
      (await ask(sql.selectLinks, [workspaceId, from, limit, above])) as unknown as Link[],
    testedLinks: async (workspaceId, from, { above, limit, test }) => {
      const given = [workspaceId, from, limit, above, ...tests(test)]
      return (await ask(sql.selectTestedLinks, given)) as unknown as TestedLink[]
    },
    milestones: async (workspaceId, subject, { above, limit }) => {
      const rows = await ask(sql.selectMilestones, [workspaceId, subject, above, limit])
      return rows.map(({ id }) => id as EventId)
    },
    lastOfHistory: async (workspaceId, subject) => {
      const [row] = await ask(sql.selectLastOfHistory, [workspaceId, subject])
      return (row?.last as EventId | undefined) ?? null
    },
    historyParts: async (workspaceId, subject, { above, below, descending, limit }) => {
      const statement = descending ? sql.selectHistoryBack : sql.selectHistory
      const rows = await ask(statement, [workspaceId, subject, above, below, limit])
      return rows as unknown as HistoryPart[]
    },
    stretch: (workspaceId, { above, below, descending, limit, test }) => {
      const statement = descending ? sql.selectStretchBack : sql.selectStretch
      return ask(statement, [workspaceId, above, below, ...tests(test), limit])
    },
    caused: (workspaceId, cause, { above, below, descending, limit }) => {
      const statement = descending ? sql.selectCausedBack : sql.selectCaused
      return ask(statement, [workspaceId, cause, above, below, limit])
    },
    eventsByIds: (workspaceId, wanted) => ask(sql.selectEventsByIds, [workspaceId, wanted]),
    eventBlocks: async (workspaceId, { kind, value, edge, descending, limit }) => {
      const statement = descending ? sql.selectEventBlocksBack : sql.selectEventBlocks
      return blocks(await ask(statement, [workspaceId, kind, value, edge, limit]))
    },
    someEventBlocks: async (workspaceId, { kind, value }, wanted) =>
      blocks(await ask(sql.selectSomeEventBlocks, [workspaceId, kind, value, wanted])),
    nextEventTerm: async (workspaceId, kind, from) => {
      const [row] = await ask(sql.selectEventTermFrom, [workspaceId, kind, from])
      return (row?.value as string | undefined) ?? null
    },
  }
}

function tests({ types, source, rule, received }: EventTest): unknown[] {
  const { from = null, until = null } = received ?? {}
  return [types, source, rule === null ? null : `${rule}@`, from, until]
}

function blocks(rows: Row[]): [number, Uint8Array][] {
  return rows.map(({ block, ids }) => [block as number, ids as Buffer])
}
