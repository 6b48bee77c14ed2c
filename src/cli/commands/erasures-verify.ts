import { readFileSync } from 'node:fs'
import { receiptText } from '../../core/erasure.ts'
import { isObject } from '../../core/json.ts'
import { createWitness } from '../../lib/witness.ts'
import { readReceipt } from '../../operate/erasure-receipts.ts'
import { readSecretKeys } from '../../secret-key.ts'
import { CliError, defineCommand } from '../command.ts'

const said = {
  good: 'The receipt is as Roster signed it, with the secret key at hand.',
  unknown_key: 'The receipt is as it was signed, but with a secret key that is not at hand.',
  wrong: 'The receipt is not what was signed: something in it was changed.',
}

export const erasuresVerify = defineCommand({
  name: 'erasures verify',
  summary: 'Check the signature of the receipt of an erasure.',
  usage: 'FILE',
  details: [
    'FILE has the receipt as the native API or `roster erase --json` gave it; - reads standard',
    'input. It needs the secret key and no store. The exit code is 3 unless the receipt is good.',
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: {},
  async run({ config, positionals }) {
    const file = positionals[0] ?? ''
    const receipt = readReceipt(readShown(file))
    if (!receipt) {
      throw new CliError('refused', `${file} holds no receipt with a signature.`)
    }
    const witness = createWitness(readSecretKeys(config()))
    const result = witness.check(receiptText(receipt.facts), receipt.signature)
    if (result !== 'good') throw new CliError('refused', said[result])
    return { json: { result, ...receipt.facts }, text: said.good }
  },
})

function readShown(file: string) {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'))
    if (isObject(parsed)) return parsed
  } catch (error) {
    throw new CliError('refused', `${file} cannot be read: ${(error as Error).message}`)
  }
  throw new CliError('refused', `${file} holds no JSON object.`)
}
