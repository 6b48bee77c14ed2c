import type { SecretSource } from '../../core/destination.ts'
import { shownUrl } from '../../outbound/mask-secrets.ts'
import type { Destination } from '../../storage/delivery-store.ts'
import { columns, printable } from '../columns.ts'
import { defineCommand, workspaceOption } from '../command.ts'
import { findDestination } from '../find-destination.ts'
import { destinationJson, isoTime } from '../shown.ts'
import { findWorkspace, withStore } from '../with-store.ts'
import { standing } from './destinations-list.ts'

export const destinationsShow = defineCommand({
  name: 'destinations show',
  summary: 'Show a destination, without its secrets.',
  usage: 'NAME',
  positionals: { min: 1, max: 1 },
  options: { workspace: workspaceOption },
  async run({ config, positionals, options }) {
    const found = await withStore(config(), async (store) => {
      const { id } = await findWorkspace(store, options.workspace)
      return findDestination(store, id, positionals[0] ?? '')
    })
    return { json: destinationJson(found), text: columns(describe(found)) }
  },
})

function describe(destination: Destination): string[][] {
  const { name, version, type, url, auth, secret, rate, retry, secrets, breaker } = destination
  const { firstMs, factor, maxMs, attempts, jitter } = retry
  const beginWithin = destination.beginWithinMs
  const until = secrets.previous ? `, the former until ${isoTime(secrets.previous.until)}` : ''
  const from = sourceName(secret)
  return [
    ['name', `${name}, version ${version}`],
    ['type', type],
    ['address', printable(shownUrl(url))],
    ['state', standing(destination)],
    ['failures in a row', String(breaker.failures)],
    ['signing secret', secrets.signing === null ? 'none' : `${from}${until}`],
    ['auth', auth === null ? 'none' : `${auth.header}, ${sourceName(auth.secret)}`],
    ['private addresses', destination.allowPrivate ? 'allowed' : 'refused'],
    ['calls at once', String(destination.concurrency)],
    ['rate', rate === null ? 'any' : `${rate.count} in ${rate.perMs} ms`],
    ['time-out', `${destination.timeoutMs} ms`],
    ['a try begins within', beginWithin === undefined ? 'no target' : `${beginWithin} ms`],
    ['tries', `${attempts}, ${firstMs} ms apart at first, times ${factor}, up to ${maxMs} ms`],
    ['jitter', String(jitter)],
  ]
}

function sourceName(source: SecretSource | null): string {
  if (source === null) return 'held by Roster alone'
  return 'env' in source ? `from the variable ${source.env}` : `from ${printable(source.file)}`
}
