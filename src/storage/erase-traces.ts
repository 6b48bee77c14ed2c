import { type ErasedTraces, fingerprintText } from '../core/erasure.ts'
import { type Identifier, MERGED_PROFILE, type WorkspaceId } from '../core/profile.ts'
import { eraseNames } from './erase-names.ts'
import type { EraseSession, EraseSyntax, EraseTools } from './erase-tools.ts'
import {
  type Found,
  findEvents,
  findHeld,
  findKept,
  findPeople,
  type Held,
  type Kept,
  type Traces,
} from './find-traces.ts'
import type { Row } from './rows.ts'

/** Events that are wiped in one transaction. */
const batch = 500

/**
 * Wipes every trace of people who were taken out of all reads: events stay as places in the log
 * without what they told. May be asked again, and then goes on where it stopped.
 */
export async function eraseTraces(
  tools: EraseTools,
  workspace: WorkspaceId,
  profile: number,
): Promise<ErasedTraces> {
  const { syntax } = tools
  const { among, ids } = syntax
  const people = await findPeople(tools, workspace, profile)
  const held = await findHeld(tools, workspace, people)
  const found = await findEvents(tools, workspace, people, held)
  const { events, identifiers } = found
  await takeDown(tools, workspace, profile, identifiers)
  await eraseNames(tools, workspace, people, events)
  const erased: ErasedTraces = {
    ...{ profiles: people.length, events: 0, identifiers: 0 },
    ...{ runs: 0, deliveries: 0, attempts: 0, idempotency: 0 },
  }
  for (let from = 0; from < events.length; from += batch) {
    await wipeEvents(tools, workspace, events.slice(from, from + batch), erased)
  }
  const keys = events.flatMap(({ key }) => key ?? [])
  const kept = await findKept(tools, workspace, people, keys)
  for (let from = 0; from < kept.length; from += batch) {
    const some = kept.slice(from, from + batch)
    erased.idempotency += await tools.write((session) => dropKept(session, workspace, some))
  }
  await tools.write(async ({ all, run }) => {
    const given = [workspace, people] as const
    const owed = await all(
      `SELECT id FROM deliveries WHERE workspace_id = ?1 AND ${among('subject')}`,
      given,
    )
    await dropDeliveries({ all, run }, syntax, workspace, owed, erased)
    const where = `workspace_id = ?1 AND ${among('subject')}`
    erased.runs += await run(`DELETE FROM runs WHERE ${where}`, given)
    await run(`DELETE FROM rule_counts WHERE ${where}`, given)
    await run(`DELETE FROM shown_names WHERE ${ids('shown_names')}`, given)
    await run(
      `UPDATE profiles SET attributes = '{}', provenance = '[]', tags = '[]', identifiers = '[]',
         phone = NULL WHERE ${ids('profiles')} AND removed_at IS NOT NULL`,
      given,
    )
    // Last: what leads to those who were merged leads the next try to them too.
    for (const { kind, value, holder } of [...held, ...heldFor(found)]) {
      const drop = `DELETE FROM profile_identifiers
        WHERE workspace_id = ?1 AND kind = ?2 AND value = ?3 AND holder = ?4`
      erased.identifiers += await run(drop, [workspace, kind, value, holder])
    }
  })
  return erased
}

/** As former holders of what is theirs stand those too who were one with them for a while. */
function heldFor({ identifiers, lookalikes }: Traces): Held[] {
  return lookalikes.flatMap((other) => identifiers.map((each) => ({ ...each, holder: -other })))
}

async function dropKept(
  { run }: EraseSession,
  workspace: number,
  kept: readonly Kept[],
): Promise<number> {
  const drop = `DELETE FROM idempotency
    WHERE workspace_id = ?1 AND token_id = ?2 AND route = ?3 AND key = ?4`
  let count = 0
  for (const { token, route, key } of kept) count += await run(drop, [workspace, token, route, key])
  return count
}

/** Before anything is wiped: an erasure that is cut short has them all the same. */
async function takeDown(
  { write, hash }: EraseTools,
  workspace: WorkspaceId,
  profile: number,
  identifiers: readonly Identifier[],
): Promise<void> {
  if (!hash) return
  const own = identifiers.filter(({ kind }) => kind !== MERGED_PROFILE)
  const hashes = await hash(own.map((each) => fingerprintText(workspace, each)))
  const insert = `INSERT INTO erased_identifiers (workspace_id, hash, profile_id)
    VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING`
  await write(async ({ run }) => {
    for (const each of hashes) await run(insert, [workspace, each, profile])
  })
}

async function wipeEvents(
  { write, syntax }: EraseTools,
  workspace: number,
  events: readonly Found[],
  erased: ErasedTraces,
): Promise<void> {
  const list = events.map(({ id }) => id)
  await write(async ({ all, run }) => {
    const { among, ids } = syntax
    const owed = await all(
      `SELECT id FROM deliveries WHERE workspace_id = ?1 AND ${among('event_id')}`,
      [workspace, list],
    )
    await dropDeliveries({ all, run }, syntax, workspace, owed, erased)
    const ofEvent = `workspace_id = ?1 AND ${among('event_id')}`
    erased.runs += await run(`DELETE FROM runs WHERE ${ofEvent}`, [workspace, list])
    for (const { id, named } of events) {
      for (const { kind, value } of named) {
        await run(
          `DELETE FROM event_identifiers
           WHERE workspace_id = ?1 AND kind = ?2 AND value = ?3 AND event_id = ?4`,
          [workspace, kind, value, id],
        )
      }
    }
    erased.events += await run(
      `UPDATE events SET attributes = '{}', changes = '[]', dropped = '[]', identifiers = '[]',
         idempotency_key = NULL WHERE ${ids('events')}`,
      [workspace, list],
    )
  })
}

async function dropDeliveries(
  { run }: EraseSession,
  { among, ids }: EraseSyntax,
  workspace: number,
  owed: readonly Row[],
  erased: ErasedTraces,
): Promise<void> {
  const list = owed.map(({ id }) => id as number)
  if (list.length === 0) return
  const attempts = `DELETE FROM attempts WHERE workspace_id = ?1 AND ${among('delivery_id')}`
  erased.attempts += await run(attempts, [workspace, list])
  erased.deliveries += await run(`DELETE FROM deliveries WHERE ${ids('deliveries')}`, [
    workspace,
    list,
  ])
}
