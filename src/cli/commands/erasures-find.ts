import { EMAIL, emailIdentifier, type Identifier } from '../../core/profile.ts'
import { findReceipt, shownReceipt } from '../../operate/erasure-receipts.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { isoTime } from '../shown.ts'
import { findWorkspace, withStore } from '../with-store.ts'

const receiptsMax = 100

export const erasuresFind = defineCommand({
  name: 'erasures find',
  summary: 'Say whether somebody with an identifier was erased before.',
  usage: 'KIND VALUE',
  positionals: { min: 2, max: 2 },
  options: { workspace: workspaceOption },
  async run({ config, positionals, options }) {
    const [kind = '', value = ''] = positionals
    const identifier = readIdentifier(kind, value)
    const found = await withStore(config(), async (store) => {
      const { id } = await findWorkspace(store, options.workspace)
      const ids = await store.findErasures(id, [identifier], receiptsMax)
      return Promise.all(ids.map((each) => findReceipt(store, id, each)))
    })
    const receipts = found.filter((each) => each !== null)
    const lines = receipts.map(({ receipt, profile, at }) => {
      return `Profile ${profile} was erased at ${isoTime(at)}. Receipt ${receipt}.`
    })
    const text = lines.length > 0 ? lines.join('\n') : 'Nobody with this identifier was erased.'
    return { json: receipts.map(shownReceipt), text }
  },
})

function readIdentifier(kind: string, value: string): Identifier {
  const identifier = kind === EMAIL ? emailIdentifier(value) : { kind, value }
  if (identifier) return identifier
  throw new CliError('usage', `"${value}" is no e-mail address.`)
}
