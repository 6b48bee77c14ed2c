import { isOver } from '../../core/delivery.ts'
import { connectionHeaders, signatureHeaders } from '../../core/header-names.ts'
import { limits } from '../../core/limits.ts'
import type { Delivery, DeliveryRequest } from '../../core/planned-delivery.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { findDestination } from '../find-destination.ts'
import { findWorkspace, withStore } from '../with-store.ts'
import { findDelivery } from './deliveries-show.ts'
import { readText } from './rules-apply.ts'

/** With one of these the call could not be made, it is Roster's own, or a secret would be kept. */
const refusedHeaders: readonly string[] = [
  ...[...connectionHeaders, ...signatureHeaders, 'authorization', 'cookie'],
]

const methods = ['POST', 'PUT', 'PATCH', 'DELETE', 'GET'] as const

export const deliveriesResend = defineCommand({
  name: 'deliveries resend',
  summary: 'Send a delivery that is over again with another body or other headers.',
  usage: 'ID [--body TEXT | --body-file FILE]',
  details: [
    'What is not given stays as it was. The id that the receiver sees stays too: one that took the',
    'delivery before will drop it. The address and the secrets are those of the destination.',
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: {
    workspace: workspaceOption,
    body: { type: 'text', placeholder: 'TEXT', help: 'The new body.' },
    'body-file': { type: 'text', placeholder: 'FILE', help: 'Where it is; "-" is standard input.' },
    header: { type: 'list', placeholder: 'NAME:VALUE', help: 'A header; an empty value drops it.' },
    method: { type: 'text', placeholder: 'METHOD', help: `One of ${methods.join(', ')}.` },
  },
  async run({ config, positionals, options }) {
    const { body, 'body-file': file, header, method } = options
    if (body !== undefined && file !== undefined) {
      throw new CliError('usage', '--body and --body-file are both given; leave one out.')
    }
    const text = body ?? (file === undefined ? undefined : await readText(file))
    const delivery = await withStore(config(), async (store) => {
      const { id } = await findWorkspace(store, options.workspace)
      const found = await findDelivery(store, id, positionals[0] ?? '')
      if (!isOver(found.state)) {
        const how = `cancel it first: roster deliveries cancel ${found.id}`
        throw new CliError('refused', `Delivery ${found.id} is ${found.state}; ${how}.`)
      }
      const request = edited(found, text, header.map(readHeader), method)
      await findDestination(store, id, found.destination)
      if (!(await store.resendDelivery(id, found.id, request))) {
        throw new CliError('refused', `Delivery ${found.id} is not over any more.`)
      }
      return found
    })
    return { json: { resent: delivery.id }, text: `Delivery ${delivery.id} is in line again.` }
  },
})

function edited(
  { id, request }: Delivery,
  text: string | undefined,
  headers: readonly [string, string][],
  method: string | undefined,
): DeliveryRequest {
  const known = methods.find((each) => each === (method ?? request?.method ?? 'POST'))
  if (!known) throw new CliError('usage', `--method is one of ${methods.join(', ')}.`)
  if (request === null && text === undefined && known !== 'GET') {
    throw new CliError('usage', `Delivery ${id} was never rendered: give --body or --body-file.`)
  }
  const all = { ...(request?.headers ?? { 'content-type': 'application/json' }) }
  for (const [name, value] of headers) {
    if (value === '') delete all[name]
    else all[name] = value
  }
  const body = known === 'GET' ? null : (text ?? request?.body ?? null)
  checkBody(body, all['content-type'] ?? '')
  return { method: known, headers: all, body }
}

function checkBody(body: string | null, contentType: string): void {
  if (body === null) return
  const bytes = Buffer.byteLength(body)
  if (bytes > limits.deliveryBodyBytesMax) {
    const most = limits.deliveryBodyBytesMax
    throw new CliError('usage', `The body has ${bytes} bytes; at most ${most} are sent.`)
  }
  if (body.includes('\0')) throw new CliError('usage', 'The body holds a NUL character.')
  if (!/[/+]json(;|$)/i.test(contentType)) return
  try {
    JSON.parse(body)
  } catch (error) {
    const why = (error as Error).message
    throw new CliError('usage', `The body is to be JSON and is not: ${why}.`, error)
  }
}

function readHeader(text: string): [string, string] {
  const match = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*([\t\x20-\x7e]*)$/.exec(text)
  const name = (match?.[1] ?? '').toLowerCase()
  if (refusedHeaders.includes(name)) {
    const why = "the connection's, the signature's, or a secret, which belongs to the destination"
    throw new CliError('usage', `--header ${name}: is ${why}.`)
  }
  if (match) return [name, (match[2] ?? '').trim()]
  throw new CliError('usage', `--header ${text}: must be NAME:VALUE, in ASCII.`)
}
