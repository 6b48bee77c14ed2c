import { isOver } from '../../core/delivery.ts'
import { editRequest, requestMethods } from '../../core/edit-request.ts'
import type { Delivery, DeliveryRequest } from '../../core/planned-delivery.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { findDestination } from '../find-destination.ts'
import { findWorkspace, withStore } from '../with-store.ts'
import { findDelivery } from './deliveries-show.ts'
import { readText } from './rules-apply.ts'

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
    method: { type: 'text', placeholder: 'METHOD', help: `One of ${requestMethods.join(', ')}.` },
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
  { request }: Delivery,
  text: string | undefined,
  headers: readonly [string, string | null][],
  word: string | undefined,
): DeliveryRequest {
  const method = requestMethods.find((each) => each === word)
  if (word !== undefined && !method) {
    throw new CliError('usage', `--method is one of ${requestMethods.join(', ')}.`)
  }
  const result = editRequest(request, { method, headers: Object.fromEntries(headers), body: text })
  if (!('wrong' in result)) return result
  const { field, message } = result.wrong
  const named = field === 'body' ? '--body' : `--header ${field.slice('headers.'.length)}:`
  throw new CliError('usage', `${named} ${message}`)
}

function readHeader(text: string): [string, string | null] {
  const at = text.indexOf(':')
  if (at < 1) throw new CliError('usage', `--header ${text}: must be NAME:VALUE.`)
  const value = text.slice(at + 1).trim()
  return [text.slice(0, at).toLowerCase(), value === '' ? null : value]
}
