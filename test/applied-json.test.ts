import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Applied } from '../src/core/command.ts'
import type { EventId, Profile, ProfileId } from '../src/core/profile.ts'
import { appliedText, appliedToJson, profileText } from '../src/storage/applied-json.ts'
import { groupProvenance } from '../src/storage/group-provenance.ts'

const profile: Profile = {
  id: 7 as ProfileId,
  version: 3,
  attributes: { email: 'a@example.com', '"odd"\\\n': { nested: [null, true, 1.5, '\u2028'] } },
  provenance: { email: { at: 5, event: 2 as EventId, source: 'cli', once: true } },
  tags: ['tag"1'],
  identifiers: [{ kind: 'email', value: 'a@example.com' }],
  createdAt: 4,
  updatedAt: 6,
  lastEvent: null,
  removedAt: 9,
}

test('an outcome put together from texts says what the outcome itself says', () => {
  const parts = {
    attributes: JSON.stringify(profile.attributes),
    provenance: `${JSON.stringify(groupProvenance(profile.provenance))}   `,
    tags: JSON.stringify(profile.tags),
    identifiers: JSON.stringify(profile.identifiers),
  }
  const text = profileText(profile, parts)
  const events = [11 as EventId, 12 as EventId]
  const outcomes: [Applied, string | null][] = [
    [{ events, foundBy: 'key', profile }, text],
    [{ events, foundBy: 'key', profile, repeated: true }, null],
    [{ events: [], foundBy: 'none', profile: null }, text],
  ]
  for (const [applied, profileAsText] of outcomes) {
    assert.deepEqual(JSON.parse(appliedText(applied, profileAsText)), appliedToJson(applied))
  }
})
