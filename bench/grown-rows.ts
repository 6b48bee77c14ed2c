import type { GrowTarget } from './grow-target.ts'

/** What a store is grown to. */
export interface Wanted {
  events: number
  deliveries: number
  runs: number
  companies: number
  auditEntries: number
  rules: number
  destinations: number
}

/** What there is to begin with: the people of `roster seed`, each with the event that made them. */
export interface Grown {
  workspaceId: number
  people: number
  lastEvent: number
  lastDelivery: number
  lastRecord: number
  now: number
}

export const dayMs = 24 * 60 * 60_000
/** The log begins so long ago. */
export const spreadMs = 90 * dayMs
/** Of which the seeded people take the first days. */
const seededMs = 10 * dayMs
/** So many people have ten thousand events each, if there are enough. */
const heavyPeople = 10
const heavyEvents = 10_000

const eventTypes = [
  ...Array(50).fill('page.viewed'),
  ...Array(15).fill('product.viewed'),
  ...Array(9).fill('cart.updated'),
  ...Array(6).fill('order.paid'),
  ...Array(8).fill('email.sent'),
  ...Array(5).fill('email.opened'),
  ...Array(6).fill('profile.updated'),
  'custom.newsletter read',
] as string[]

const sources = [
  ...Array(8).fill('native'),
  ...Array(4).fill('copernica'),
  ...Array(4).fill('usercom'),
  ...Array(3).fill('channeltalk'),
  'rule',
] as string[]

/** Times go up with ids, as they do when events arrive. */
export function receivedAt(id: number, { people, now }: Grown, events: number): number {
  const began = now - spreadMs
  if (id <= people) return began + Math.floor((seededMs * id) / people)
  const share = (id - people) / (events - people)
  return began + seededMs + Math.floor((spreadMs - seededMs) * share)
}

/** Whom each event is about and which came before it; kept for what is made of them. */
export interface Log {
  /** By event id; 0 for an event about nobody. */
  subjects: Int32Array
  /** By profile id, the newest event. */
  newest: Int32Array
}

export async function growEvents(target: GrowTarget, grown: Grown, wanted: Wanted): Promise<Log> {
  const { people } = grown
  const random = randomNumbers(1)
  const subjects = new Int32Array(wanted.events + 1)
  const newest = new Int32Array(people + 1)
  for (let id = 1; id <= people; id++) {
    subjects[id] = id
    newest[id] = id
  }
  const heavyShare = Math.min(0.2, (heavyPeople * heavyEvents) / (wanted.events - people))
  const rareEvery = Math.floor((wanted.events - people) / 10)
  for (let id = people + 1; id <= wanted.events; id++) {
    const at = receivedAt(id, grown, wanted.events)
    const n = id - people
    const isHeavy = random() < heavyShare
    const isAbout = isHeavy || random() > 0.001
    // A few have most of the rest as well.
    const subject = isHeavy
      ? 1 + Math.floor(random() * Math.min(heavyPeople, people))
      : 1 + Math.floor(random() ** 2 * people)
    const previous = isAbout ? (newest[subject] ?? 0) : 0
    if (isAbout) {
      subjects[id] = subject
      newest[subject] = id
    }
    const type =
      n % rareEvery === 7
        ? 'custom.audited'
        : random() < 1e-4
          ? 'order.refunded'
          : pick(eventTypes, random)
    const isUpdate = type === 'profile.updated'
    const source = isUpdate ? 'rule' : n % rareEvery === 11 ? 'import' : pick(sources, random)
    const rule = source === 'rule' ? `${ruleName(n % wanted.rules)}@1` : null
    const named = { kind: 'email', value: `nobody.${n}@example.com` }
    await target.add('events', [
      ...[id, type, isAbout ? subject : null, previous === 0 ? null : previous, at - 500, at],
      ...[rule ? `rule:${rule}` : source, null, `req-${n}`],
      ...[rule ? id - 1 - (n % 40) : null, rule, rule ? 1 : null],
      attributesOf(type, n),
      isUpdate ? `[{"name":"orders","from":${n % 60},"to":${(n % 60) + 1}}]` : '[]',
      ...['[]', isAbout ? '[]' : JSON.stringify([named]), isAbout ? 'key' : 'none', null],
    ])
    if (!isAbout) await target.add('event_identifiers', [named.kind, named.value, id, at])
  }
  await target.flush()
  return { subjects, newest }
}

function attributesOf(type: string, n: number): string {
  if (type === 'profile.updated') return `{"orders":${(n % 60) + 1}}`
  if (type.startsWith('order.')) {
    return `{"order_id":"o-${n}","total":${n % 1_000},"currency":"EUR","lines":[{"sku":"sku-${n % 5_000}","count":${1 + (n % 3)}}]}`
  }
  return `{"url":"https://shop.example/products/${n % 5_000}","referrer":"https://search.example/","visit":"v-${Math.floor(n / 7)}"}`
}

export const ruleName = (n: number) => `grown-${n + 1}`
export const destinationName = (n: number) => `place-${n + 1}`

const reasons = ['http_500', 'http_404', 'timeout', 'http_503', 'connection_refused', 'template']

/**
 * Most are delivered. What waits is for the last two destinations, which are paused, so that a
 * server that works on the store leaves it as it is.
 */
export async function growDeliveries(
  target: GrowTarget,
  grown: Grown,
  wanted: Wanted,
  { subjects }: Log,
): Promise<void> {
  const random = randomNumbers(2)
  const { people } = grown
  const step = Math.floor((wanted.events - people) / wanted.deliveries)
  const waiting = new Set<string>()
  for (let n = 1; n <= wanted.deliveries; n++) {
    const id = grown.lastDelivery + n
    const event = people + n * step
    const subject = subjects[event] || 1 + (n % people)
    const chance = random()
    const at = receivedAt(event, grown, wanted.events)
    const paused = chance < 0.08
    const destination = destinationName(
      paused ? wanted.destinations - 1 - (n % 2) : destinationFor(random(), wanted, n),
    )
    const lane = `${destination} ${subject}`
    const state = paused
      ? waiting.has(lane)
        ? 'queued'
        : 'pending'
      : chance < 0.16
        ? 'dead'
        : chance < 0.2
          ? 'cancelled'
          : 'delivered'
    if (paused) waiting.add(lane)
    const reason = state === 'dead' ? (pick(reasons, random) as string) : null
    const attempts = state === 'delivered' ? 1 : state === 'dead' ? 3 : 0
    await target.addDelivery({
      ...{ id, event, subject, state, destination, attempts, at, reason },
      rule: ruleName(n % wanted.rules),
      dueAt: state === 'pending' ? at : null,
      endedAt: paused ? null : at + 60_000 * attempts,
      seen: seenOf(event, subject, at),
      request: attempts === 0 ? null : requestOf(event, subject),
    })
    for (let number = 1; number <= attempts; number++) {
      const began = at + 60_000 * (number - 1)
      const outcome = reason ? failureOf(reason) : answerOf(200)
      const sent = JSON.stringify({
        ...{ url: `https://${destination}.example/hook`, method: 'POST' },
        ...{ headers: { 'content-type': 'application/json' }, body: `{"event":${event}}` },
      })
      await target.add('attempts', [id, number, 'grown', began, began + 40, sent, outcome])
    }
  }
  await target.flush()
}

/** The first takes two in five; the one before those that wait hardly anything. */
function destinationFor(chance: number, wanted: Wanted, n: number): number {
  const open = wanted.destinations - 3
  if (n % 10_000 === 0) return open
  return chance < 0.4 ? 0 : Math.floor(((chance - 0.4) / 0.6) * open)
}

function seenOf(event: number, subject: number, at: number): string {
  const attributes = { email: `person.${subject}@example.com`, country: 'NL', orders: event % 60 }
  return JSON.stringify({
    event: {
      ...{ id: event, type: 'order.paid', occurredAt: at, receivedAt: at, source: 'native' },
      attributes: { order_id: `o-${event}`, total: event % 1_000 },
      changes: [],
    },
    profile: { id: subject, version: 1, attributes, tags: [] },
  })
}

function requestOf(event: number, subject: number): string {
  const body = JSON.stringify({ event, profile: subject, text: 'Thank you for your order.' })
  return JSON.stringify({ method: 'POST', headers: { 'content-type': 'application/json' }, body })
}

function answerOf(status: number): string {
  const headers = { 'content-type': 'application/json' }
  const body = '{"ok":true}'
  return JSON.stringify({
    ...{ kind: 'answer', status, headers, body, isCut: false, tookMs: 40 },
    address: '192.0.2.1',
  })
}

function failureOf(reason: string): string {
  if (reason.startsWith('http_')) return answerOf(Number(reason.slice(5)))
  return JSON.stringify({
    ...{ kind: 'failure', code: reason, message: 'It did not answer.', tookMs: 40 },
    address: null,
  })
}

export function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T
}

/** Mulberry32: the same rows every time. */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** One delivery, in words that both engines turn into their row. */
export interface GrownDelivery {
  id: number
  event: number
  subject: number
  state: string
  destination: string
  rule: string
  attempts: number
  at: number
  dueAt: number | null
  endedAt: number | null
  reason: string | null
  seen: string
  request: string | null
}

export interface GrownRun {
  event: number
  rule: string
  subject: number | null
  state: string
  dueAt: number | null
  reason: string | null
  beganAt: number
  endedAt: number | null
  seen: string
  log: string
}
