import { setTimeout as sleep } from 'node:timers/promises'
import { Fault } from '../../core/errors.ts'
import type { DeliveryId } from '../../core/planned-delivery.ts'
import type { EventId, ProfileId, WorkspaceId } from '../../core/profile.ts'
import type { FullStore } from '../../storage/open-store.ts'
import { printable } from '../columns.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { explainedJson, explainedLine } from '../explained.ts'
import { readKey } from '../read-key.ts'
import { deliveryJson, eventJson, isoTime } from '../shown.ts'
import { stopSignal } from '../stop-signal.ts'
import { type TailCursor, type TailEntry, type TailKind, TailReader } from '../tail/read-tail.ts'
import { findWorkspace, withStore } from '../with-store.ts'
import { standsAs } from './deliveries-show.ts'

const pollMs = 250
const kinds: readonly TailKind[] = ['events', 'decisions', 'deliveries']

export const tail = defineCommand({
  name: 'tail',
  summary: 'Follow events, what rules decide on them, and deliveries, as they come.',
  usage: '[events] [decisions] [deliveries]',
  details:
    'Events alone where nothing is named. It begins with what is new; --after and\n' +
    '--after-delivery go on where an earlier one ended, and miss nothing. Decisions are those of\n' +
    'the rules in force. Of deliveries each new state is told. Ctrl-C ends it. With --json each\n' +
    'line is an object of its own.',
  positionals: { min: 0, max: 3 },
  words: () => kinds,
  options: {
    workspace: workspaceOption,
    type: {
      type: 'list',
      placeholder: 'TYPE',
      help: 'Only events of this type, or user.* for a group, and what comes of them.',
    },
    person: {
      type: 'text',
      placeholder: 'ID|KIND=VALUE',
      help: 'Only about this person.',
    },
    source: { type: 'text', placeholder: 'NAME', help: 'Only through this: a dialect, cli, ...' },
    rule: { type: 'text', placeholder: 'NAME', help: 'Only what this rule did or decided.' },
    after: { type: 'integer', placeholder: 'ID', help: 'Begin behind this event.' },
    'after-delivery': { type: 'integer', placeholder: 'ID', help: 'Begin behind this delivery.' },
    limit: { type: 'integer', min: 1, placeholder: 'N', help: 'End after so many lines.' },
  },
  async run({ config, positionals, options, json }) {
    const asked = new Set(positionals.map(readKind))
    if (asked.size === 0) asked.add('events')
    const { type: types, source, rule, after, limit } = options
    const person = options.person === undefined ? null : readKey(options.person)
    return withStore(config(), async (store) => {
      const { id } = await findWorkspace(store, options.workspace)
      let subject: ProfileId | null = null
      if (person !== null) {
        const [found] = await store.findProfiles(id, { keys: [person] })
        if (!found) throw new CliError('refused', `No profile has ${options.person}.`)
        subject = found.id
      }
      const cursor = {
        event: (after as EventId | undefined) ?? (await store.lastEventId(id)),
        delivery:
          (options['after-delivery'] as DeliveryId | undefined) ??
          (await lastDeliveryId(store, id)),
      }
      const filter = { types, subject, source, rule }
      const reader = new TailReader(store, id, { kinds: asked, filter, cursor })
      await follow(reader, { json, limit: limit ?? Number.POSITIVE_INFINITY })
      if (!json) process.stderr.write(`${whereToGoOn(asked, reader.cursor)}\n`)
      return null
    })
  },
})

async function follow(
  reader: TailReader,
  { json, limit }: { json: boolean; limit: number },
): Promise<void> {
  const stop = new AbortController()
  void stopSignal().then(() => stop.abort())
  let told = 0
  let isAway = false
  await reader.begin()
  process.stderr.write('Following; Ctrl-C ends it.\n')
  while (!stop.signal.aborted) {
    try {
      for await (const entry of reader.read()) {
        await write(json ? JSON.stringify(entryJson(entry)) : entryLine(entry))
        told += 1
        if (told >= limit) return
        if (stop.signal.aborted) return
      }
      isAway = false
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'unavailable') throw error
      // The store is away: it is tried again from the same place.
      if (!isAway) process.stderr.write(`${error.message}\n`)
      isAway = true
    }
    await sleep(pollMs, undefined, { signal: stop.signal }).catch(() => {})
  }
}

async function lastDeliveryId(store: FullStore, id: WorkspaceId): Promise<DeliveryId | 0> {
  const [last] = await store.listDeliveries(id, { limit: 1 })
  return last?.id ?? 0
}

function readKind(word: string): TailKind {
  const kind = kinds.find((each) => each === word)
  if (kind) return kind
  throw new CliError('usage', `"${word}" cannot be followed; ${kinds.join(', ')} can.`)
}

function entryJson(entry: TailEntry) {
  switch (entry.kind) {
    case 'event':
      return { kind: 'event', ...eventJson(entry.event) }
    case 'decision': {
      const { id, type, subject } = entry.event
      return { kind: 'decision', event: { id, type, subject }, ...explainedJson(entry.rule) }
    }
    case 'delivery':
      return { kind: 'delivery', ...deliveryJson(entry.delivery) }
  }
}

function entryLine(entry: TailEntry): string {
  switch (entry.kind) {
    case 'event': {
      const { id, receivedAt, type, subject, source, changes, dropped } = entry.event
      const about = subject === null ? 'nobody' : `profile ${subject}`
      const changed = changes.map(({ name }) => name).join(', ')
      const lost = dropped.map(({ name, reason }) => `${name} (${reason})`).join(', ')
      const more = [changed && `changed ${changed}`, lost && `dropped ${lost}`].filter(Boolean)
      const what = [`event ${id} ${type}`, about, `by ${source.dialect}`, ...more].join('; ')
      return `${isoTime(receivedAt)} ${printable(what)}`
    }
    case 'decision':
      return `${isoTime(entry.event.receivedAt)} event ${entry.event.id} ${explainedLine(entry.rule)}`
    case 'delivery': {
      const { id, event, rule, version, destination, subject } = entry.delivery
      const about = subject === null ? 'nobody' : `profile ${subject}`
      const owed = `delivery ${id} to ${destination} for event ${event} by ${rule}@${version}`
      return printable(`${isoTime(Date.now())} ${owed}; ${about}; ${standsAs(entry.delivery)}`)
    }
  }
}

function whereToGoOn(asked: ReadonlySet<TailKind>, { event, delivery }: TailCursor): string {
  const isOfEvents = asked.has('events') || asked.has('decisions')
  const words = [
    isOfEvents ? `--after ${event}` : '',
    asked.has('deliveries') ? `--after-delivery ${delivery}` : '',
  ]
  return `Go on with ${words.filter((word) => word !== '').join(' ')}.`
}

function write(line: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${line}\n`, () => resolve()))
}
