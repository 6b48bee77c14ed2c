import type { Logger } from 'pino'
import { type Actions, isExternal, type RenderedAction } from '../core/action.ts'
import { nextDelivery } from '../core/after-attempt.ts'
import { judgeAnswer, type SendFailure, sendFailures } from '../core/delivery.ts'
import type { ClaimedDelivery, DeliveryRequest } from '../core/planned-delivery.ts'
import type { Templates } from '../core/template.ts'
import { SealError, type Sealer } from '../lib/seal.ts'
import { type OpenSecrets, openSecrets } from '../outbound/destination-secrets.ts'
import type { OutboundClient } from '../outbound/http-client.ts'
import type {
  AttemptResult,
  BeginAttempt,
  Claim,
  Destination,
  FailedDelivery,
} from '../storage/delivery-store.ts'
import type { Deaths } from './deaths.ts'
import type { DeliveryStats } from './delivery-stats.ts'
import type { Held } from './held-claims.ts'
import { type PreparedCall, prepareCall, recordedOutcome } from './prepare-call.ts'
import type { RenderPayload } from './render-payload.ts'
import type { SignCall } from './sign-call.ts'
import { webhookId } from './webhook-id.ts'

/** What it takes to try a delivery. */
export interface DeliveryTools {
  actions: Actions
  templates: Templates
  client: OutboundClient
  sealer: Sealer
  stats: DeliveryStats
  logger: Logger
  /** This worker, as attempts name it. */
  worker: string
  /** Makes the body of a step that names a payload. */
  renderPayload: RenderPayload
  /** Signs a try of a vendor's own webhook in the vendor's way. */
  signCall: SignCall
  /** Writes to the store; many of the same moment share a commit. */
  begin(attempt: BeginAttempt): Promise<boolean>
  record(result: AttemptResult): Promise<boolean>
  fail(failure: FailedDelivery): Promise<boolean>
  deaths: Deaths
}

/** How long to wait before a result is written again that the store could not take. */
const rewriteMs = 250

/**
 * Makes one attempt: the request is rendered where there was none, kept, signed, sent, and what
 * came of it is recorded. Nothing is sent before the store has it that an attempt begins, and
 * nothing is recorded once the lease is lost.
 *
 * @throws Error when the store could not note the beginning; nothing was sent then.
 */
export async function deliver(
  delivery: ClaimedDelivery,
  destination: Destination,
  held: Held,
  tools: DeliveryTools,
): Promise<void> {
  const { claim } = held
  // Whoever began the last try never came back from it, and neither did those before.
  if (delivery.tryCount >= destination.retry.attempts) {
    const detail = `Its ${delivery.tryCount} tries were begun, and the last was never heard of again.`
    log(tools, delivery, { reason: 'lost', detail }, 'a delivery has no tries left')
    await giveUp(delivery, claim, { reason: 'lost', detail }, tools)
    return
  }
  const request = delivery.request ?? (await render(delivery, tools))
  if ('fault' in request) {
    const { reason, detail } = request.fault
    log(tools, delivery, { reason, detail }, 'a delivery could not be rendered')
    await giveUp(delivery, claim, { reason, detail }, tools)
    return
  }
  const signed = await signedRequest(delivery, destination, request, tools)
  const prepared = 'code' in signed ? signed : prepare(delivery, destination, signed, tools)
  const kept = delivery.request === null ? { request } : {}
  const sent = 'code' in prepared ? null : prepared.sent
  const began = await tools.begin({ ...claim, worker: tools.worker, ...kept, sent })
  if (!began || held.isLost) return
  if (delivery.attemptCount === 0) tools.stats.waited(Date.now() - delivery.plannedAt)
  const result =
    'code' in prepared ? unsent(prepared) : await send(prepared, destination, held, tools)
  if (held.isLost) return
  const { state, reason } = nextDelivery(result, destination.retry, delivery.tryCount + 1, 0)
  const death = state === 'dead' && tools.deaths.told(delivery, reason ?? '')
  const whole = { ...claim, ...result, ...(death && { death }) }
  const recorded = await write(held, tools, () => tools.record(whole))
  const { judgement, outcome } = result
  log(tools, delivery, { recorded, judgement: judgement.kind, ...shown(outcome) }, 'attempt')
  if (recorded) tools.stats.count(delivery, state === 'pending' ? 'retry' : state)
  else if (death) tools.deaths.forget(death)
}

/** Ends what needs no attempt any more; answers whether it was still this claim's to end. */
export async function giveUp(
  delivery: ClaimedDelivery,
  claim: Claim,
  why: { reason: string; detail: string },
  { deaths, fail, stats }: Pick<DeliveryTools, 'deaths' | 'fail' | 'stats'>,
): Promise<boolean> {
  const death = deaths.told(delivery, why.reason)
  const ended = await fail({ ...claim, ...why, ...(death && { death }) })
  if (ended) stats.count(delivery, 'dead')
  else if (death) deaths.forget(death)
  return ended
}

type Result = Pick<AttemptResult, 'outcome' | 'judgement' | 'random'>

type Unrendered = { fault: { reason: string; detail: string } }

async function render(
  delivery: ClaimedDelivery,
  tools: DeliveryTools,
): Promise<DeliveryRequest | Unrendered> {
  const rendered = renderAction(delivery, tools)
  if (rendered.kind === 'request') return rendered.request
  if (rendered.kind === 'fault') return { fault: rendered }
  const { workspaceId, seen, plannedAt } = delivery
  const { name, given, request } = rendered
  const asked = { workspaceId, name, seen, plannedAt, ...(given !== undefined && { given }) }
  const answer = await tools.renderPayload(asked)
  if (answer.kind === 'fault') return { fault: answer }
  const { contentType, body } = answer.rendered
  return { ...request, headers: { ...request.headers, 'content-type': contentType }, body }
}

function renderAction(
  delivery: ClaimedDelivery,
  { actions, templates }: DeliveryTools,
): Exclude<RenderedAction, { kind: 'fault' }> | { kind: 'fault'; reason: string; detail: string } {
  const action = actions.get(delivery.action)
  if (!action || !isExternal(action)) {
    const detail = `This Roster has no action ${delivery.action} that reaches outside.`
    return { kind: 'fault', reason: 'unknown_action', detail }
  }
  const { settings, seen, workspaceName, plannedAt } = delivery
  if (settings === null) {
    const { rule, version, step } = delivery
    const detail = `The store has no step ${step} of version ${version} of the rule ${rule}.`
    return { kind: 'fault', reason: 'no_rule', detail }
  }
  const workspace = { name: workspaceName }
  try {
    return action.render({ settings, seen, workspace, plannedAt, templates })
  } catch (error) {
    // A bug of the action's own gives the same again: to try it for ever would hold its lane up.
    return { kind: 'fault', reason: 'internal', detail: (error as Error).message }
  }
}

/** A signature is of one try: it is no part of what every try sends. */
async function signedRequest(
  { workspaceId }: ClaimedDelivery,
  { url, terms }: Destination,
  request: DeliveryRequest,
  { signCall }: DeliveryTools,
): Promise<DeliveryRequest | Unopened> {
  if (terms?.signedAs === undefined) return request
  const { method, headers, body } = request
  const contentType = headers['content-type'] ?? ''
  const call = { workspaceId, method, url, contentType, body: body ?? '', now: Date.now() }
  const proof = await signCall({ payload: terms.signedAs, ...call })
  if ('unopened' in proof) return { code: 'secret', message: proof.unopened }
  return { ...request, headers: { ...headers, ...proof.headers } }
}

type Unopened = { code: SendFailure; message: string }

function prepare(
  delivery: ClaimedDelivery,
  destination: Destination,
  request: DeliveryRequest,
  { sealer }: DeliveryTools,
): PreparedCall | Unopened {
  const now = Date.now()
  try {
    const secrets = secretsOf(destination, delivery.workspaceId, sealer, now)
    return prepareCall(webhookId(delivery), destination, request, secrets, now)
  } catch (error) {
    if (!(error instanceof SealError)) throw error
    return { code: 'secret', message: error.message }
  }
}

/** Opened once for all that one claim brought of a destination; gone with it. */
const opened = new WeakMap<Destination, OpenSecrets>()

function secretsOf(
  destination: Destination,
  workspaceId: ClaimedDelivery['workspaceId'],
  sealer: Sealer,
  now: number,
): OpenSecrets {
  const secrets = opened.get(destination) ?? openSecrets(sealer, workspaceId, destination, now)
  opened.set(destination, secrets)
  return secrets
}

async function send(
  { request, mask }: PreparedCall,
  { terms }: Destination,
  held: Held,
  { client }: DeliveryTools,
): Promise<Result> {
  const result = await client.send({ ...request, signal: held.abort.signal })
  const answer =
    result.kind === 'answer'
      ? { status: result.status, retryAfter: result.headers['retry-after'] }
      : { error: result.code }
  const judgement = judgeAnswer(answer, Date.now(), terms?.deliveredBelow)
  return { outcome: recordedOutcome(result, mask), judgement, random: Math.random() }
}

function unsent({ code, message }: Unopened): Result {
  const text = `${sendFailures[code].text} ${message}`
  const outcome = { kind: 'failure' as const, code, message: text, tookMs: 0, address: null }
  return { outcome, judgement: judgeAnswer({ error: code }, Date.now()), random: Math.random() }
}

/** What happened outside cannot be undone, so it is written as long as the lease allows. */
async function write(
  held: Held,
  { logger }: DeliveryTools,
  record: () => Promise<boolean>,
): Promise<boolean> {
  for (;;) {
    try {
      return await record()
    } catch (error) {
      logger.warn({ error: (error as Error).message }, 'an attempt could not be recorded yet')
      if (held.isLost || performance.now() + rewriteMs > held.until) return false
      await new Promise((resolve) => setTimeout(resolve, rewriteMs))
    }
  }
}

function shown(outcome: Result['outcome']): object {
  if (outcome.kind === 'answer') return { status: outcome.status, tookMs: outcome.tookMs }
  return outcome.kind === 'failure' ? { code: outcome.code, tookMs: outcome.tookMs } : {}
}

function log(
  { logger }: DeliveryTools,
  { workspaceId, id, destination, attemptCount }: ClaimedDelivery,
  more: object,
  message: string,
): void {
  const ids = { workspaceId, delivery: id, destination, attempt: attemptCount + 1 }
  logger.info({ ...ids, ...more }, message)
}
