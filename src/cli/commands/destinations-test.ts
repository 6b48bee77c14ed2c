import { randomUUID } from 'node:crypto'
import { appSealer } from '../../app.ts'
import { judgeAnswer, sendFailures } from '../../core/delivery.ts'
import { openSecrets } from '../../outbound/destination-secrets.ts'
import {
  createOutboundClient,
  type OutboundAnswer,
  type OutboundFailure,
} from '../../outbound/http-client.ts'
import { signWebhook } from '../../outbound/sign-webhook.ts'
import { printable } from '../columns.ts'
import { defineCommand, exitCodes, workspaceOption } from '../command.ts'
import { findDestination } from '../find-destination.ts'
import { findWorkspace, withStore } from '../with-store.ts'

/** Of an answer's body. */
const shownMax = 500

export const destinationsTest = defineCommand({
  name: 'destinations test',
  summary: 'Call a destination once, signed as in earnest, and say what came of it.',
  usage: 'NAME',
  details: [
    'Sends {"type": "destination.test", ...} from this machine. Nothing is stored, and neither pauses',
    'nor rates count. The exit code is 1 when the answer is not 2xx.',
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: { workspace: workspaceOption },
  async run({ config: readConfig, positionals, options }) {
    const config = readConfig()
    const name = positionals[0] ?? ''
    const { id, destination } = await withStore(config, async (store) => {
      const workspace = await findWorkspace(store, options.workspace)
      return { id: workspace.id, destination: await findDestination(store, workspace.id, name) }
    })
    const now = Date.now()
    const secrets = openSecrets(appSealer(config), id, destination, now)
    const timestamp = new Date(now).toISOString()
    const text = JSON.stringify({
      type: 'destination.test',
      timestamp,
      data: { destination: name },
    })
    const body = Buffer.from(text)
    const message = { id: `test_${randomUUID()}`, timestamp: Math.floor(now / 1_000), body }
    const signed = secrets.signing.length > 0 ? signWebhook(message, secrets.signing) : {}
    const auth = destination.auth && secrets.auth ? { [destination.auth.header]: secrets.auth } : {}
    const headers = {
      'user-agent': 'Roster',
      'content-type': 'application/json',
      ...auth,
      ...signed,
    }
    const { url, timeoutMs, allowPrivate } = destination
    const client = createOutboundClient()
    const request = { method: 'POST' as const, url, headers, body, timeoutMs, allowPrivate }
    const result = await client.send(request)
    await client.close()
    return report(name, result)
  },
})

function report(destination: string, result: OutboundAnswer | OutboundFailure) {
  const { tookMs, address } = result
  const way = address === null ? '' : ` at ${address}`
  if (result.kind === 'failure') {
    const { code, message } = result
    const hint =
      hints[code] ?? (sendFailures[code].final ? '' : ' A delivery would be tried again.')
    const json = { destination, ok: false, code, message, tookMs, address }
    const text = `${destination}${way}: ${message} (${code}, ${tookMs} ms)${hint}`
    return { json, text, exitCode: exitCodes.failed }
  }
  const { status, headers } = result
  const judgement = judgeAnswer({ status, retryAfter: headers['retry-after'] }, Date.now())
  const ok = judgement.kind === 'delivered'
  const body = result.body.toString('utf8').slice(0, shownMax)
  const meaning = { delivered: 'taken', retry: 'would be tried again', dead: 'given up at once' }
  const json = { destination, ok, status, body, tookMs, address }
  const said = body === '' ? '' : `\n${printable(body)}`
  const text = `${destination}${way}: ${status}, ${meaning[judgement.kind]} (${tookMs} ms)${said}`
  return { json, text, exitCode: ok ? exitCodes.ok : exitCodes.failed }
}

const hints: { readonly [code: string]: string } = {
  address_refused:
    ' Set "allow_private: true" on the destination if it is meant to reach an inside address.',
  refused: ' Is the receiver running? A delivery would be tried again.',
}
