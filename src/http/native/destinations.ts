import Type from 'typebox'
import { Fault } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { checkDestinations } from '../../core/rule-schema-destinations.ts'
import { rulesNaming } from '../../core/rules-naming.ts'
import { isOfSubscription } from '../../core/subscription.ts'
import { didYouMean } from '../../lib/nearest.ts'
import { countBacklog } from '../../operate/count-backlog.ts'
import { lateDestinations } from '../../operate/late-destinations.ts'
import { rotateSecret, rotationMs } from '../../operate/rotate-secret.ts'
import { sealDestination } from '../../operate/seal-destination.ts'
import type { Destination } from '../../storage/delivery-store.ts'
import { attemptOutcome, sentRequest, shownOutcome } from './attempt-shapes.ts'
import type { NativeCall } from './call.ts'
import {
  type DestinationBody,
  destination,
  destinationBody,
  shownDefinition,
  shownDestination,
} from './destination-shapes.ts'
import { dryAnswer, dryQuery, orTried } from './dry-run.ts'
import { pageOf, shortPaging } from './page-of.ts'
import { asFault } from './read-input.ts'
import { defineRoute } from './route.ts'
import { closed, nullable, page, time } from './schemas.ts'
import { shownTime } from './shown.ts'

const reads = { scope: 'destinations:read', resource: 'destinations' } as const
const writes = { scope: 'destinations:write', resource: 'destinations' } as const
const byName = Type.Object({ name: Type.String() })
type Calling = NativeCall<unknown, unknown, unknown>

export const listDestinations = defineRoute({
  ...reads,
  method: 'GET',
  path: '/destinations',
  operation: 'listDestinations',
  summary: 'List destinations, how they are, and what waits for them',
  query: Type.Object(shortPaging(), closed),
  answers: { 200: { description: 'A page of destinations, by name', schema: page(destination) } },
  async handle({ parts, workspace, query, now }) {
    const all = await parts.deliveries.listDestinations(workspace.id)
    const { page: shown, next_cursor } = pageOf(all, ({ name }) => name, query)
    const counts = await parts.deliveries.tallyBacklog(workspace.id)
    const late = await lateDestinations(parts.deliveries, workspace.id, shown)
    const data = shown.map((each) => shownDestination(each, counts, { now, late }))
    return { status: 200, body: { data, next_cursor } }
  },
})

export const getDestination = defineRoute({
  ...reads,
  method: 'GET',
  path: '/destinations/:name',
  operation: 'getDestination',
  summary: 'Read a destination, without its secrets',
  params: byName,
  answers: { 200: { description: 'The destination', schema: destination } },
  refuses: ['not_found'],
  handle: async (call) => ({ status: 200, body: await showOne(call, call.params.name) }),
})

const putAnswer = Type.Object(
  {
    destination,
    secret: nullable(
      Type.String({ description: 'the signing secret, where one was made; shown this once' }),
    ),
  },
  closed,
)

export const putDestination = defineRoute({
  ...writes,
  method: 'PUT',
  path: '/destinations/:name',
  operation: 'putDestination',
  once: true,
  summary: 'Create a destination, or put another in its place',
  description:
    'Secrets are sealed and never shown again, except a signing secret that was made, in this answer. One that is replaced goes on signing too for a day. Settings that are left out are the usual ones; what waits for the destination stays.',
  params: byName,
  query: dryQuery,
  body: destinationBody,
  answers: {
    200: orTried('Replaced', putAnswer),
    201: { description: 'Created', schema: putAnswer },
  },
  refuses: ['conflict'],
  async handle(call) {
    const { parts, workspace, params, body, actor, now } = call
    assertDestination(call, params.name, body)
    const was = await parts.deliveries.findDestination(workspace.id, params.name)
    const tools = { sealer: parts.sealer, workspace: workspace.id, now }
    const given = { ...body, name: params.name } as Parameters<typeof sealDestination>[0]
    const { made, ...sealed } = sealDestination(given, was, tools)
    if (call.query.dry_run) {
      if (!was) await assertRoom(call)
      const before = was && shownDefinition(was)
      return dryAnswer(before, shownDefinition(sealed.definition))
    }
    await parts.deliveries.putDestination(workspace.id, sealed, actor)
    const shown = { destination: await showOne(call, params.name), secret: made }
    return { status: was ? 200 : 201, body: shown }
  },
})

export const removeDestination = defineRoute({
  ...writes,
  method: 'DELETE',
  path: '/destinations/:name',
  operation: 'removeDestination',
  once: true,
  summary: 'Remove a destination; what waits for it ends as dead',
  description: 'One that a rule in force names is kept: change the rules first.',
  params: byName,
  query: dryQuery,
  answers: {
    200: {
      description: 'Removed, or what a dry run would come to',
      schema: Type.Object(
        {
          dry_run: Type.Boolean(),
          given_up: Type.Integer({ description: 'deliveries that waited for it' }),
        },
        closed,
      ),
    },
  },
  refuses: ['not_found', 'conflict'],
  async handle(call) {
    const { parts, store, workspace, params, query, actor } = call
    const { name } = await findOne(call, params.name)
    const users = rulesNaming(await store.listRules(workspace.id), name).join(', ')
    if (users !== '') {
      const message = `"${name}" is named by ${users}. Change the rules first.`
      throw new Fault('conflict', { message })
    }
    const of = { destination: name, states: ['queued', 'pending', 'claimed'] as const }
    const counts = await countBacklog(parts.deliveries, workspace.id, of)
    const givenUp = counts.reduce((sum, { count }) => sum + count, 0)
    const isDry = query.dry_run === true
    if (!isDry) await parts.deliveries.removeDestination(workspace.id, name, actor)
    return { status: 200, body: { dry_run: isDry, given_up: givenUp } }
  },
})

export const pauseDestination = defineRoute({
  ...writes,
  method: 'POST',
  path: '/destinations/:name/pause',
  operation: 'pauseDestination',
  once: true,
  summary: 'Let everything for a destination wait until it is resumed',
  params: byName,
  query: dryQuery,
  answers: { 200: orTried('The destination, paused', destination) },
  refuses: ['not_found'],
  handle: (call) => setState(call, call.params.name, 'paused', call.query.dry_run),
})

export const resumeDestination = defineRoute({
  ...writes,
  method: 'POST',
  path: '/destinations/:name/resume',
  operation: 'resumeDestination',
  once: true,
  summary: 'Call a destination again that was paused, disabled or failing',
  params: byName,
  query: dryQuery,
  answers: { 200: orTried('The destination, active', destination) },
  refuses: ['not_found'],
  handle: (call) => setState(call, call.params.name, 'active', call.query.dry_run),
})

export const rotateDestinationSecret = defineRoute({
  ...writes,
  method: 'POST',
  path: '/destinations/:name/rotate-secret',
  operation: 'rotateDestinationSecret',
  once: true,
  summary: 'Make a new signing secret; the one before signs too for a while',
  description:
    'Until `former_until` each call carries two signatures, and a receiver that knows either secret is content. A secret that comes from a file or the environment is changed there.',
  params: byName,
  query: Type.Object(
    {
      hours: Type.Optional(
        Type.Integer({ minimum: 0, maximum: 720, description: 'a whole number from 0 to 720' }),
      ),
    },
    closed,
  ),
  answers: {
    200: {
      description: 'The new secret, shown this once',
      schema: Type.Object({ destination, secret: Type.String(), former_until: time }, closed),
    },
  },
  refuses: ['not_found', 'conflict'],
  async handle(call) {
    const { parts, workspace, params, query, actor, now } = call
    const found = await findOne(call, params.name)
    const until = now + (query.hours === undefined ? rotationMs : query.hours * 3_600_000)
    const { secret, sealed } = rotateSecret(parts.sealer, workspace.id, found, until)
    await parts.deliveries.replaceSecrets(workspace.id, found.name, sealed, actor)
    const shown = await showOne(call, found.name)
    return { status: 200, body: { destination: shown, secret, former_until: shownTime(until) } }
  },
})

export const testDestination = defineRoute({
  ...writes,
  method: 'POST',
  path: '/destinations/:name/test',
  operation: 'testDestination',
  once: true,
  summary: 'Call a destination once, signed as in earnest, and say what came of it',
  description:
    'Sends `{"type": "destination.test", ...}`. Nothing is stored, and neither pauses nor rates count.',
  params: byName,
  answers: {
    200: {
      description: 'What was sent and what came back, whatever it was',
      schema: Type.Object(
        {
          ok: Type.Boolean({ description: 'whether a delivery would be done now' }),
          judgement: Type.Union(
            ['delivered', 'retry', 'dead'].map((word) => Type.Literal(word)),
            { description: 'what would become of a delivery that is answered like this' },
          ),
          webhook_id: Type.String(),
          sent: sentRequest,
          outcome: attemptOutcome,
        },
        closed,
      ),
    },
  },
  refuses: ['not_found', 'too_many_requests'],
  async handle(call) {
    const found = await findOne(call, call.params.name)
    const { id, judgement, sent, outcome } = await call.parts.testDestination(
      call.workspace.id,
      found,
    )
    const shown = { webhook_id: id, sent, outcome: shownOutcome(outcome) }
    return { status: 200, body: { ok: judgement === 'delivered', judgement, ...shown } }
  },
})

/** Everything that is wrong with a destination, found as in a rules file. */
function assertDestination({ parts }: Calling, name: string, body: DestinationBody): void {
  const { secret: _, auth, ...rest } = body
  const entry = { ...rest, name, ...(auth ? { auth: { header: auth.header, env: 'GIVEN' } } : {}) }
  const faults = checkDestinations([entry], parts.grammar.destinationTypes)
  if (faults.length > 0)
    throw asFault(faults.map((each) => ({ ...each, path: each.path.slice(1) })))
}

/** As the store would refuse one more. */
async function assertRoom({ parts, workspace }: Calling): Promise<void> {
  const most = limits.destinationsPerWorkspaceMax
  const all = await parts.deliveries.listDestinations(workspace.id)
  if (all.filter(({ name }) => !isOfSubscription(name)).length < most) return
  const message = `A workspace has at most ${most} destinations; remove one first.`
  throw new Fault('conflict', { message })
}

async function setState(call: Calling, word: string, state: 'active' | 'paused', isDry = false) {
  const found = await findOne(call, word)
  const { name } = found
  if (isDry) return dryAnswer({ state: found.state }, { state })
  await call.parts.deliveries.setDestinationState(call.workspace.id, name, state, call.actor)
  return { status: 200, body: await showOne(call, name) }
}

async function showOne(call: Calling, word: string): Promise<JsonObject> {
  const found = await findOne(call, word)
  const { parts, workspace, now } = call
  const counts = await parts.deliveries.tallyBacklog(workspace.id, found.name)
  const late = await lateDestinations(parts.deliveries, workspace.id, [found])
  return shownDestination(found, counts, { now, late })
}

async function findOne({ parts, workspace }: Calling, name: string): Promise<Destination> {
  const found = await parts.deliveries.findDestination(workspace.id, name)
  if (found) return found
  const names = (await parts.deliveries.listDestinations(workspace.id)).map((each) => each.name)
  const meant = didYouMean(name, names)
  throw new Fault('not_found', { message: `There is no destination "${name}".${meant}` })
}
