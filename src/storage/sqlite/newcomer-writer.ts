import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Identifier, ProfileId, WorkspaceId } from '../../core/profile.ts'
import type { DecidedWriter } from './decided-writer.ts'
import type { Newcomer } from './foresee.ts'
import { roomBytes } from './row-size.ts'
import type { SideWriter } from './side-writer.ts'
import * as sql from './statements.ts'
import type { WorkspaceStates } from './workspace-state.ts'

interface Parts {
  writer: DecidedWriter
  side: SideWriter
  states: WorkspaceStates
}

const room = ' '.repeat(roomBytes)

/** Writes people as they were foreseen, where nobody has what they are to have. */
export class NewcomerWriter {
  readonly #parts: Parts
  readonly #insertOwner: StatementSync
  readonly #deleteOwner: StatementSync
  readonly #insertProfile: StatementSync

  constructor(db: DatabaseSync, parts: Parts) {
    this.#parts = parts
    this.#insertOwner = db.prepare(sql.insertOwner)
    this.#deleteOwner = db.prepare(sql.deleteOwner)
    this.#insertProfile = db.prepare(sql.insertProfile)
  }

  /** False, and nothing is changed, where somebody has one of the identifiers. */
  write(workspaceId: WorkspaceId, newcomer: Newcomer, now: number): boolean {
    const { writer, side, states } = this.#parts
    const state = states.get(workspaceId)
    const profile = (state.last.profile + 1) as ProfileId
    const event = state.last.event + 1
    if (!this.#claim(workspaceId, profile, newcomer.identifiers)) return false
    const { attributes, tags, identifiersText, phone, terms, source } = newcomer
    const [before, after] = newcomer.provenance ?? []
    const provenance = before === undefined ? '[]' : `${before}${event}${after}`
    const row = [workspaceId, profile, 1, attributes, provenance + room, tags, identifiersText]
    this.#insertProfile.run(...row, now, event, null, phone, now)
    const { dialect, token, request } = source
    const told = newcomer.event
    writer.putEvent(
      ...([workspaceId, event] as const),
      ...["profile.created", profile, null, now, now],
      ...[dialect, token, request, null, null, null],
      ...[told.attributes, told.changes, told.dropped, told.identifiers, 'created', null],
    )
    for (const term of terms) side.putOff(workspaceId, term, profile)
    states.advanceByNewcomer(workspaceId, state, newcomer.names, now)
    return true
  }

  #claim(id: WorkspaceId, profile: ProfileId, identifiers: readonly Identifier[]): boolean {
    for (const [index, { kind, value }] of identifiers.entries()) {
      if (this.#insertOwner.run(id, kind, value, profile).changes === 1) continue
      for (const mine of identifiers.slice(0, index)) {
        this.#deleteOwner.run(id, mine.kind, mine.value, profile)
      }
      return false
    }
    return true
  }
}
