import { setTimeout as sleep } from 'node:timers/promises'
import type { ShownToken } from '../../src/core/dialect.ts'
import type { Answer } from '../kit/answer-parser.ts'
import { Connection, ConnectionLost, type WireRequest } from '../kit/http-client.ts'

export type Tokens = { [dialect: string]: ShownToken }

/** One write: unique by its mark, so that its traces in the store can be told from all others. */
export interface Write {
  person: Person
  /** Null for a removal. */
  mark: string | null
  through: keyof typeof encoders
  /** Milliseconds on the monotonic clock at which it was sent. */
  sentAt: number
  answeredAt: number
  /** What the caller was told; null when the connection ended first. */
  answer: Answer | null
}

export interface Person {
  userId: string
  email: string
  /** Every write about this person, in order: only one connection writes about one person. */
  writes: Write[]
  /** The vendor's id, while it is known. */
  channelId: string | null
}

/** Writes through all dialects, at full speed unless told to pause, and what was answered. */
export class WriteLoad {
  readonly people: Person[] = []
  readonly #url: string
  readonly #tokens: Tokens
  /** How long a connection is idle between an answer and its next write. */
  readonly #pauseMs: number
  readonly #loops: Promise<void>[] = []
  #stopped = false
  #answered = 0
  #onAnswer = () => {}

  /** `name` sets its people apart from those of other loads on the same workspace. */
  constructor(
    url: string,
    tokens: Tokens,
    { connections = 16, peopleEach = 6, name = 'c', pauseMs = 0 } = {},
  ) {
    this.#url = url
    this.#tokens = tokens
    this.#pauseMs = pauseMs
    for (let connection = 0; connection < connections; connection++) {
      const people = Array.from({ length: peopleEach }, (_, n) =>
        newPerson(`${name}${connection}-${n}`),
      )
      this.people.push(...people)
      const loop = this.#loop(people, connection)
      // Told by `ended`, to whoever waits for it.
      loop.catch(() => undefined)
      this.#loops.push(loop)
    }
  }

  /** Sends nothing new; `ended` still waits for what is under way. */
  stop(): void {
    this.#stopped = true
  }

  /** Resolves when every connection is at its end: stopped, told to close, or cut off. */
  get ended(): Promise<void> {
    return Promise.all(this.#loops).then(() => undefined)
  }

  /** Resolves when this many writes have been answered, or none will be any more. */
  answered(count: number): Promise<void> {
    const enough = new Promise<void>((resolve) => {
      this.#onAnswer = () => {
        if (++this.#answered >= count) resolve()
      }
    })
    return Promise.race([enough, this.ended])
  }

  get writes(): Write[] {
    return this.people.flatMap((person) => person.writes)
  }

  async #loop(people: readonly Person[], offset: number): Promise<void> {
    let connection = new Connection(this.#url)
    try {
      for (let turn = 0; !this.#stopped; turn++) {
        if (!connection.open) connection = new Connection(this.#url)
        const person = people[turn % people.length] as Person
        const write = nextWrite(person, turn + offset)
        person.writes.push(write)
        write.sentAt = performance.now()
        const request = encoders[write.through](write, this.#tokens)
        write.answer = await connection.request(request)
        write.answeredAt = performance.now()
        learn(write)
        this.#onAnswer()
        // Refusals come quickly; nobody asks again as quickly.
        if (write.answer.status >= 500) await sleep(20)
        else if (this.#pauseMs > 0) await sleep(this.#pauseMs)
        if (write.answer.headers.connection === 'close') connection.close()
      }
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error
    } finally {
      connection.close()
    }
  }
}

function newPerson(name: string): Person {
  return { userId: name, email: `${name}@example.org`, writes: [], channelId: null }
}

function nextWrite(person: Person, turn: number): Write {
  const number = person.writes.length
  if (turn % 23 === 22 && number > 0)
    return { person, mark: null, through: 'remove', sentAt: 0, answeredAt: 0, answer: null }
  const ways = ['event', 'upsert', person.channelId ? 'patch' : 'put'] as const
  const through = ways[(turn + number) % ways.length] ?? 'event'
  return {
    person,
    mark: `${person.userId}/${number}`,
    through,
    sentAt: 0,
    answeredAt: 0,
    answer: null,
  }
}

function learn({ person, through, answer }: Write): void {
  if (through === 'remove') person.channelId = null
  if (through !== 'put' || answer?.status !== 200) return
  person.channelId = (answer.json() as { user: { id: string } }).user.id
}

type Encode = (write: Write, tokens: Tokens) => WireRequest

const encoders = {
  event: ({ person, mark }, tokens) =>
    copernica('/v4/events/user/update', { email: person.email, mark, firstname: mark }, tokens),
  remove: ({ person }, tokens) =>
    copernica('/v4/events/user/remove', { email: person.email }, tokens),
  upsert: ({ person, mark }, tokens) => ({
    method: 'POST',
    path: '/api/public/users/update_or_create/',
    headers: {
      authorization: `Token ${tokens.usercom?.token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ user_id: person.userId, email: person.email, mark, tags: ['seen'] }),
  }),
  put: ({ person, mark }, tokens) =>
    channel('PUT', `@${person.userId}`, { profile: { email: person.email, mark } }, tokens),
  patch: ({ person, mark }, tokens) =>
    channel('PATCH', `${person.channelId}`, { profile: { mark }, tags: ['a', 'b'] }, tokens),
} satisfies { [way: string]: Encode }

function copernica(path: string, body: object, tokens: Tokens): WireRequest {
  return {
    method: 'POST',
    path,
    headers: {
      authorization: `Bearer ${tokens.copernica?.token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  }
}

function channel(method: string, user: string, body: object, tokens: Tokens): WireRequest {
  return {
    method,
    path: `/open/v5/users/${user}`,
    headers: {
      'x-access-key': tokens.channeltalk?.accessKey,
      'x-access-secret': tokens.channeltalk?.accessSecret,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  }
}
