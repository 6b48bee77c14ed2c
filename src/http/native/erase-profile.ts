import Type from 'typebox'
import { invalidField } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { MERGED_PROFILE, type ProfileId } from '../../core/profile.ts'
import { eraseProfile as erase } from '../../operate/erase-profile.ts'
import { shownReceipt } from '../../operate/erasure-receipts.ts'
import type { NativeCall } from './call.ts'
import { receipt } from './erasures.ts'
import { byId } from './read-profiles.ts'
import { defineRoute } from './route.ts'
import { closed, id, identifier, idIn, nullable, writeOptions } from './schemas.ts'
import { shownProfile } from './shown.ts'

const outlook = Type.Object(
  {
    dry_run: Type.Literal(true),
    profile_id: id,
    display_name: nullable(Type.String()),
    profiles: Type.Array(id, { description: 'the profile, and those that were merged into it' }),
    identifiers: Type.Array(identifier),
  },
  { ...closed, 'x-name': 'ErasureOutlook', description: 'whom an erasure would wipe' },
)

export const eraseProfile = defineRoute({
  method: 'POST',
  path: '/profiles/:id/erase',
  scope: 'profiles:erase',
  operation: 'eraseProfile',
  once: true,
  resource: 'profiles',
  summary: 'Erase a person, for good',
  description:
    'Takes the person out of every read, then wipes what events told, runs, deliveries, attempts, idempotency records and identifiers, also of profiles that were merged into this one. Nothing brings it back. The receipt, an entry of the audit trail, is signed and holds nothing about the person but keyed hashes of their identifiers, by which they are known again. Asked again it goes on where it was cut short. Backups keep what they hold; PostgreSQL keeps old bytes until it is vacuumed.',
  params: Type.Object({ id: idIn }),
  query: Type.Object({ dry_run: writeOptions.dry_run }, closed),
  takes: ['if-match'],
  body: Type.Object(
    { confirm: Type.Integer({ minimum: 0, description: 'the id of the profile once more' }) },
    closed,
  ),
  answers: {
    200: {
      description: 'The receipt, or who would be erased',
      schema: Type.Union([receipt, outlook]),
    },
  },
  refuses: ['profile_not_found', 'precondition_failed'],
  async handle(call) {
    const { store, workspace, params, query, body, source, actor, ifVersion } = call
    if (body.confirm !== params.id) {
      throw invalidField('confirm', 'Must be the id of the profile, once more.')
    }
    if (query.dry_run) return { status: 200, body: await lookAhead(call, params.id) }
    const asked = params.id as ProfileId
    const erasure = await erase(store, workspace.id, asked, { source, by: actor, ifVersion })
    return { status: 200, body: shownReceipt(erasure) }
  },
})

async function lookAhead(call: NativeCall<unknown, unknown, unknown>, asked: number) {
  const found = await byId(call, asked)
  const shown = shownProfile(found)
  const merged = found.identifiers.filter(({ kind }) => kind === MERGED_PROFILE)
  const { id: profile_id, display_name = null, identifiers = [] } = shown
  const profiles = [found.id, ...merged.map(({ value }) => Number(value))]
  return { dry_run: true, profile_id, display_name, profiles, identifiers } as JsonObject
}
