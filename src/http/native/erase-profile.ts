import Type from 'typebox'
import { invalidField } from '../../core/errors.ts'
import type { ProfileId } from '../../core/profile.ts'
import { eraseProfile as erase } from '../../operate/erase-profile.ts'
import { shownReceipt } from '../../operate/erasure-receipts.ts'
import { receipt } from './erasures.ts'
import { defineRoute } from './route.ts'
import { closed, idIn } from './schemas.ts'

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
  body: Type.Object(
    { confirm: Type.Integer({ minimum: 0, description: 'the id of the profile once more' }) },
    closed,
  ),
  answers: {
    200: { description: 'The receipt', schema: receipt },
  },
  refuses: ['profile_not_found'],
  async handle({ store, workspace, params, body, source, actor }) {
    if (body.confirm !== params.id) {
      throw invalidField('confirm', 'Must be the id of the profile, once more.')
    }
    const asked = params.id as ProfileId
    const erasure = await erase(store, workspace.id, asked, { source, by: actor })
    return { status: 200, body: shownReceipt(erasure) }
  },
})
