import Type from 'typebox'
import { Fault, invalidField } from '../../core/errors.ts'
import type { Identifier } from '../../core/profile.ts'
import { findReceipt, shownReceipt } from '../../operate/erasure-receipts.ts'
import { pageOf, shortPaging } from './page-of.ts'
import { readIdentifier } from './read-fields.ts'
import { byId } from './read-profiles.ts'
import { defineRoute } from './route.ts'
import { closed, id, idIn, nullable, page, time } from './schemas.ts'

const count = Type.Integer({ minimum: 0 })

export const receipt = Type.Object(
  {
    receipt_id: id,
    workspace_id: id,
    profile_id: id,
    erased_at: time,
    erased: Type.Object(
      {
        ...{ profiles: count, events: count, identifiers: count, runs: count },
        ...{ deliveries: count, attempts: count, idempotency: count },
      },
      closed,
    ),
    fingerprints: Type.Array(Type.String(), {
      description: 'a keyed hash of each identifier the person had, by which they are known again',
    }),
    signature: nullable(
      Type.Object(
        { public_key: Type.String({ description: 'Ed25519, base64url' }), value: Type.String() },
        { ...closed, description: 'of all but the id; `roster erasures verify` checks it' },
      ),
    ),
  },
  { ...closed, 'x-name': 'ErasureReceipt', description: 'what says that a person was erased' },
)

const reads = {
  method: 'GET',
  scope: 'profiles:read',
  resource: 'erasures',
} as const
/** So often one identifier is erased at most, as far as it is told. */
const receiptsMax = 1_000

export const findErasures = defineRoute({
  ...reads,
  path: '/erasures',
  operation: 'findErasures',
  summary: 'Say whether somebody was erased before',
  description: `Finds receipts by an identifier, with \`kind\` and \`value\`, or by all those of a profile, with \`profile_id\`. An erasure leaves nothing but keyed hashes, so that only who asks for the very same identifier finds it. Oldest first, of the first ${receiptsMax}.`,
  query: Type.Object(
    {
      kind: Type.Optional(Type.String({ description: 'a kind of identifier, with value' })),
      value: Type.Optional(Type.String({ description: 'the value of the identifier' })),
      profile_id: Type.Optional(idIn),
      ...shortPaging(100),
    },
    closed,
  ),
  answers: {
    200: {
      description: 'The receipts; none where nobody was erased',
      schema: page(receipt),
    },
  },
  refuses: ['profile_not_found'],
  async handle(call) {
    const { store, workspace, query } = call
    const { kind, value, profile_id } = query
    let identifiers: readonly Identifier[]
    if (profile_id !== undefined && kind === undefined && value === undefined) {
      identifiers = (await byId(call, profile_id)).identifiers
    } else if (profile_id === undefined && kind !== undefined && value !== undefined) {
      identifiers = [readIdentifier('value', kind, value)]
    } else {
      throw invalidField('kind', 'Ask either with "kind" and "value", or with "profile_id".')
    }
    const ids = await store.findErasures(workspace.id, identifiers, receiptsMax)
    const asked = { limit: 100, ...query }
    const { page: shown, next_cursor } = pageOf(ids, String, asked)
    const found = await Promise.all(shown.map((each) => findReceipt(store, workspace.id, each)))
    const data = found.flatMap((each) => (each ? shownReceipt(each) : []))
    return { status: 200, body: { data, next_cursor } }
  },
})

export const getErasure = defineRoute({
  ...reads,
  path: '/erasures/:id',
  operation: 'getErasure',
  summary: 'Read the receipt of an erasure',
  params: Type.Object({ id: idIn }),
  answers: { 200: { description: 'The receipt', schema: receipt } },
  refuses: ['not_found'],
  async handle({ store, workspace, params }) {
    const found = await findReceipt(store, workspace.id, params.id)
    if (found) return { status: 200, body: shownReceipt(found) }
    throw new Fault('not_found', { message: `There is no receipt ${params.id}.` })
  },
})
