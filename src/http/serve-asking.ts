import { randomBytes } from 'node:crypto'
import type { Ask, Carried } from '../core/ask.ts'
import type { Applied } from '../core/command.ts'
import type {
  AskingEndpoint,
  CommandBody,
  Dialect,
  DialectRequest,
  DialectResponse,
} from '../core/dialect.ts'
import { Fault } from '../core/errors.ts'
import type { ProfileId } from '../core/profile.ts'
import { type Access, assertScope } from './authenticate.ts'
import type { Call } from './call.ts'
import { readIdempotency } from './idempotency-key.ts'
import { repeatedHeaders, viewOf } from './serve-endpoint.ts'

/** No call asks for more; one that would never ends. */
const asksMax = 4_000

/** Runs an endpoint that asks, until it has its answer; every error becomes its refusal. */
export function serveAsking(
  call: Call,
  dialect: Dialect,
  endpoint: AskingEndpoint,
  access: Access,
  request: DialectRequest,
): void {
  const conversation = new Conversation(call, dialect, access)
  conversation.run(endpoint, request).then(
    (response) => call.answer(response),
    (error: unknown) => {
      if (!conversation.wrote) return call.fail(error)
      const isTold = error instanceof Fault && error.code === 'outcome_unknown'
      call.refuse(isTold ? error : new Fault('outcome_unknown', { cause: error }))
    },
  )
}

class Conversation {
  #repeated = false
  #isUnknown = false
  /** Commands that are being carried out, and those that were. */
  #underWay = 0
  #applied = 0
  readonly #call: Call
  readonly #dialect: Dialect
  readonly #access: Access

  constructor(call: Call, dialect: Dialect, access: Access) {
    this.#call = call
    this.#dialect = dialect
    this.#access = access
  }

  /** Whether anything may have been stored, so that a defect later must not say it was not. */
  get wrote(): boolean {
    return this.#isUnknown || this.#underWay > 0 || this.#applied > 0
  }

  async run(endpoint: AskingEndpoint, request: DialectRequest): Promise<DialectResponse> {
    const { store, sessions } = this.#call.shell
    const random = (bytes: number) => randomBytes(bytes).toString('hex')
    const view = { ...viewOf(store, request.workspace.id), sign: sessions.sign, random }
    const asking = endpoint.ask(request, view)
    let next = asking.next()
    for (let asks = 1; !next.done; asks++) {
      if (asks > asksMax) throw new Error(`the call asks for more than ${asksMax} things`)
      const told = await this.#answer(next.value).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      )
      next = 'error' in told ? asking.throw(told.error) : asking.next(told.value)
    }
    const response = next.value
    if (!this.#repeated) return response
    return { ...response, headers: { ...response.headers, ...repeatedHeaders } }
  }

  #answer(ask: Ask): Promise<unknown> {
    const { store } = this.#call.shell
    const workspaceId = this.#access.workspace.id
    if ('profiles' in ask) return store.findProfiles(workspaceId, ask.profiles)
    if ('profilePage' in ask) return store.queryProfiles(workspaceId, ask.profilePage)
    if ('profileIdPage' in ask) return store.queryProfileIds(workspaceId, ask.profileIdPage)
    if ('eventPage' in ask) return store.queryEvents(workspaceId, ask.eventPage)
    if ('eventCounts' in ask) return store.countEvents(workspaceId, ask.eventCounts)
    if ('record' in ask) return store.findRecord(workspaceId, ask.record.kind, ask.record.key)
    if ('records' in ask) return store.findRecords(workspaceId, ask.records)
    if ('recordPage' in ask) return store.listRecords(workspaceId, ask.recordPage)
    if ('applyAll' in ask) return this.#applyAll(ask.applyAll)
    if ('erase' in ask) return this.#erase(ask.erase)
    return this.#apply(ask.apply, this.#applied)
  }

  /** Out of every read first, so that one whose wiping is cut short is asked for again. */
  async #erase(profile: ProfileId): Promise<void> {
    const { token, workspace } = this.#access
    const { store } = this.#call.shell
    assertScope(token, 'profiles:erase')
    const keys = [{ profile }]
    const [living] = await store.findProfiles(workspace.id, { keys })
    const remove = { kind: 'remove-profile', keys, erase: true, reply: 'outcome' } as const
    if (living) await this.#apply(remove, this.#applied)
    const by = { via: this.#dialect.id, name: token.publicPart, request: this.#call.id }
    await store.eraseProfile(workspace.id, profile, by)
    this.#applied += 1
  }

  /** `number` tells the commands of one call apart, where the caller gave it a key. */
  async #apply(body: CommandBody, number: number): Promise<Applied> {
    const call = this.#call
    const { token, workspace } = this.#access
    const source = { dialect: this.#dialect.id, token: token.id, request: call.id }
    const read = readIdempotency(call)
    const idempotency = read && number > 0 ? { ...read, route: `${read.route} ${number}` } : read
    const command = { ...body, source, ...(idempotency && { idempotency }) }
    this.#underWay += 1
    try {
      const applied = await call.shell.store.apply(workspace.id, command)
      this.#applied += 1
      this.#repeated ||= applied.repeated === true
      return applied
    } catch (error) {
      // An engine says with a fault that nothing was written.
      if (!(error instanceof Fault) || error.code === 'outcome_unknown') this.#isUnknown = true
      throw error
    } finally {
      this.#underWay -= 1
    }
  }

  /** A fault of one is told apart from the others; anything else is a defect of the whole call. */
  #applyAll(commands: readonly CommandBody[]): Promise<Carried[]> {
    const first = this.#applied
    return Promise.all(
      commands.map(async (command, at): Promise<Carried> => {
        try {
          return { applied: await this.#apply(command, first + at) }
        } catch (error) {
          if (error instanceof Fault) return { fault: error }
          throw error
        }
      }),
    )
  }
}
