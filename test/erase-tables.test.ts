import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

/*
 * Where something about a person may stand: every column of text of every table. A new one has to
 * be wiped by storage/erase-traces.ts, or go with its profile, or be none of a person's; and it has
 * to be said here which, with a canary in erase.test.ts where it is the first or the second.
 */

/** Emptied, or deleted with their row, by storage/erase-traces.ts. */
const wiped = {
  profiles: 'attributes provenance tags identifiers phone',
  profile_identifiers: 'kind value',
  events: 'attributes changes dropped identifiers idempotency_key',
  event_identifiers: 'kind value',
  idempotency: 'route key body_hash outcome',
  runs: 'rule state cursor reason detail seen log',
  rule_counts: 'rule',
  deliveries: 'state destination rule step action reason detail request seen worker sent',
  attempts: 'worker sent outcome',
  lanes: 'destination',
  shown_names: 'name',
}
/** Deleted when the profile is taken out of every read. */
const goes = { profile_terms: 'kind name value ids', records: 'kind parent name body' }
/** Words of the workspace and of operators; what is left of an event is its place in the log. */
const nobodys = {
  events: 'type source request_id cause_rule found_by',
  erased_identifiers: 'hash',
  workspaces: 'name settings id_key',
  tokens: 'dialect public_part secret_hash scopes label rate_limit',
  audit: 'via actor request_id action target details',
  rules: 'name definition',
  run_claims: 'worker rules',
  index_fills: 'name',
  event_counts: 'type source',
  event_terms: 'kind value ids',
  histories: 'kinds events',
  delivery_counts: 'rule destination',
  end_counts: 'destination state',
  names: 'kind name',
  destinations: 'name definition state state_reason signing_secret previous_secret auth_secret',
  destination_notices: 'destination kind reason death',
  state: 'key_fingerprint',
  ingest_warnings: 'source kind',
}

for (const engine of ['sqlite', 'postgres']) {
  test(`${engine}: of each column of text it is known how a person goes out of it`, () => {
    const at = new URL(`../src/storage/migrations/0001_init.${engine}.sql`, import.meta.url)
    const tables = readFileSync(at, 'utf8').matchAll(
      /^CREATE (?:UNLOGGED )?TABLE (\w+) \(\n(.*?)^\)/gms,
    )
    const unknown: string[] = []
    for (const [, table = '', body = ''] of tables) {
      const lists = [wiped, goes, nobodys] as { [table: string]: string }[]
      const known = lists.flatMap((list) => (list[table] ?? '').split(' '))
      for (const [, column = ''] of body.matchAll(/^ {2}(\w+) (?:text|jsonb?|bytea|blob)\b/gim)) {
        if (!known.includes(column)) unknown.push(`${table}.${column}`)
      }
    }
    assert.deepEqual(unknown, [], 'say in this file how a person goes out of them, and see to it')
  })
}

test('what is said to be wiped is in the statements that wipe', () => {
  const at = (path: string) => new URL(`../src/storage/${path}`, import.meta.url)
  const text = ['erase-traces.ts', 'postgres/erase-profile.ts']
    .map((path) => readFileSync(at(path), 'utf8'))
    .join()
  for (const table of Object.keys(wiped)) {
    assert.match(text, new RegExp(`(DELETE FROM|UPDATE) ${table}\\b`), table)
  }
})
