import { appSealer } from '../../app.ts'
import { type TestedDestination, testDestination } from '../../operate/test-destination.ts'
import { createOutboundClient } from '../../outbound/http-client.ts'
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
    const client = createOutboundClient()
    try {
      return report(
        name,
        await testDestination({ client, sealer: appSealer(config) }, id, destination),
      )
    } finally {
      await client.close()
    }
  },
})

function report(destination: string, { judgement, outcome }: TestedDestination) {
  const { tookMs, address } = outcome
  const way = address === null ? '' : ` at ${address}`
  const ok = judgement === 'delivered'
  const exitCode = ok ? exitCodes.ok : exitCodes.failed
  if (outcome.kind === 'failure') {
    const { code, message } = outcome
    const hint = hints[code] ?? (judgement === 'dead' ? '' : ' A delivery would be tried again.')
    const json = { destination, ok, code, message, tookMs, address }
    const text = `${destination}${way}: ${message} (${code}, ${tookMs} ms)${hint}`
    return { json, text, exitCode }
  }
  const { status } = outcome
  const body = outcome.body.slice(0, shownMax)
  const meaning = { delivered: 'taken', retry: 'would be tried again', dead: 'given up at once' }
  const json = { destination, ok, status, body, tookMs, address }
  const said = body === '' ? '' : `\n${printable(body)}`
  const text = `${destination}${way}: ${status}, ${meaning[judgement]} (${tookMs} ms)${said}`
  return { json, text, exitCode }
}

const hints: { readonly [code: string]: string } = {
  address_refused:
    ' Set "allow_private: true" on the destination if it is meant to reach an inside address.',
  refused: ' Is the receiver running? A delivery would be tried again.',
}
