import type { AuditEntry } from '../core/audit.ts'
import type { Event } from '../core/event.ts'
import type { JsonObject } from '../core/json.ts'
import type { EventId, Profile, ProfileId, WorkspaceId } from '../core/profile.ts'
import type { RecordId, StoredRecord } from '../core/record.ts'
import type { Rule, RuleDefinition } from '../core/rule.ts'
import type { RuleCount, Run } from '../core/run.ts'
import { defaultSettings, type Workspace } from '../core/workspace.ts'
import { type ProvenanceGroup, ungroupProvenance } from './group-provenance.ts'
import type { RuleVersion, Token } from './store.ts'

export type Row = Record<string, unknown>

/** A profile as its row holds it. */
export function profileFromRow(row: Row): Profile {
  return {
    id: row.id as ProfileId,
    version: row.version as number,
    attributes: JSON.parse(row.attributes as string) as JsonObject,
    provenance: ungroupProvenance(JSON.parse(row.provenance as string) as ProvenanceGroup[]),
    tags: parseList(row.tags as string),
    identifiers: parseList(row.identifiers as string),
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number,
    lastEvent: row.last_event as EventId | null,
    removedAt: row.removed_at as number | null,
  }
}

/**
 * A profile whose parts are read when they are looked at: most of those that a search passes by are
 * refused by the first. Without `provenance` it has none, which only its shown name needs.
 */
export function candidateFromRow(row: Row, provenance: boolean): Profile {
  let attributes: JsonObject | undefined
  return {
    id: row.id as ProfileId,
    version: row.version as number,
    get attributes() {
      attributes ??= JSON.parse(row.attributes as string) as JsonObject
      return attributes
    },
    get provenance() {
      if (!provenance) return {}
      return ungroupProvenance(JSON.parse(row.provenance as string) as ProvenanceGroup[])
    },
    get tags() {
      return parseList<string>(row.tags as string)
    },
    get identifiers() {
      return parseList<Profile['identifiers'][number]>(row.identifiers as string)
    },
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number,
    lastEvent: row.last_event as EventId | null,
    removedAt: row.removed_at as number | null,
  }
}

export function eventFromRow(row: Row): Event {
  return {
    id: row.id as EventId,
    type: row.type as string,
    subject: row.subject as ProfileId | null,
    previous: row.previous as EventId | null,
    occurredAt: row.occurred_at as number,
    receivedAt: row.received_at as number,
    source: {
      dialect: row.source as string,
      token: row.token_id as number | null,
      request: row.request_id as string | null,
    },
    cause:
      row.cause_event === null
        ? null
        : {
            event: row.cause_event as EventId,
            rule: row.cause_rule as string,
            depth: row.cause_depth as number,
          },
    attributes: JSON.parse(row.attributes as string) as JsonObject,
    changes: parseList(row.changes as string),
    dropped: parseList(row.dropped as string),
    identifiers: parseList(row.identifiers as string),
    foundBy: row.found_by as Event['foundBy'],
    idempotencyKey: row.idempotency_key as string | null,
  }
}

/** The columns of an event from its id on, in the order of both engines' statements. */
export function eventValues(event: Event): (string | number | null)[] {
  return [
    event.id,
    event.type,
    event.subject,
    event.previous,
    event.occurredAt,
    event.receivedAt,
    event.source.dialect,
    event.source.token,
    event.source.request,
    event.cause?.event ?? null,
    event.cause?.rule ?? null,
    event.cause?.depth ?? null,
    JSON.stringify(event.attributes),
    listText(event.changes),
    listText(event.dropped),
    listText(event.identifiers),
    event.foundBy,
    event.idempotencyKey,
  ]
}

export function ruleFromRow(row: Row): Rule {
  const definition = JSON.parse(row.definition as string) as RuleDefinition
  const version = row.version as number
  return { ...definition, version, ...(row.disabled ? { disabled: true as const } : {}) }
}

/** A run as its row holds it. */
export function runFromRow(row: Row): Run {
  return {
    event: row.event_id as EventId,
    rule: row.rule as string,
    version: row.version as number,
    subject: row.subject as ProfileId | null,
    state: row.state as Run['state'],
    cursor: parseList(row.cursor as string),
    dueAt: row.due_at as number | null,
    reason: row.reason as Run['reason'],
    detail: row.detail as string | null,
    endedBy: row.ended_by as EventId | null,
    beganAt: row.began_at as number,
    endedAt: row.ended_at as number | null,
    seen: JSON.parse(row.seen as string) as Run['seen'],
    log: parseList(row.log as string),
  }
}

/** The values of a run's row after the workspace, in the order of `runColumns`. */
export function runValues(run: Run): (string | number | null)[] {
  const { event, rule, version, subject, state, dueAt, reason, detail, endedBy } = run
  return [
    ...[event, rule, version, subject, state, listText(run.cursor), dueAt, reason, detail],
    ...[endedBy, run.beganAt, run.endedAt, JSON.stringify(run.seen), listText(run.log)],
  ]
}

export const runColumns = `
  event_id, rule, version, subject, state, cursor, due_at, reason, detail, ended_by, began_at,
  ended_at, seen, log`

/** A record as its row holds it. */
export function recordFromRow(row: Row): StoredRecord {
  return {
    id: row.id as RecordId,
    kind: row.kind as string,
    parent: row.parent === '' ? null : (row.parent as string),
    name: row.name as string | null,
    subject: row.subject as ProfileId | null,
    body: JSON.parse(row.body as string) as JsonObject,
    version: row.version as number,
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number,
  }
}

/** The values of a record's row after the workspace, in the order of `recordColumns`. */
export function recordValues(record: StoredRecord): (string | number | null)[] {
  const { id, kind, parent, name, subject, body, version, createdAt, updatedAt } = record
  const text = JSON.stringify(body)
  return [id, kind, parent ?? '', name, subject, text, version, createdAt, updatedAt]
}

export const recordColumns = `
  id, kind, parent, name, subject, body, version, created_at, updated_at`

export function ruleCountFromRow(row: Row): RuleCount {
  return {
    rule: row.rule as string,
    subject: row.subject as ProfileId,
    minute: row.minute as number,
    count: row.count as number,
  }
}

export function ruleVersionFromRow(row: Row): RuleVersion {
  return {
    rule: ruleFromRow(row),
    appliedAt: row.applied_at as number,
    inForce: row.position !== null,
  }
}

export function auditFromRow(row: Row): AuditEntry {
  return {
    id: row.id as number,
    at: row.at as number,
    workspace: row.workspace_id as WorkspaceId,
    by: {
      via: row.via as string,
      name: row.actor as string,
      request: row.request_id as string | null,
    },
    action: row.action as AuditEntry['action'],
    target: row.target as string,
    details: JSON.parse(row.details as string) as JsonObject,
  }
}

/** The values of an entry's row, in the order of `auditColumns`. */
export function auditValues(entry: Omit<AuditEntry, 'id'>): (string | number | null)[] {
  const { at, workspace, by, action, target, details } = entry
  return [workspace, at, by.via, by.name, by.request, action, target, JSON.stringify(details)]
}

export const auditColumns = 'workspace_id, at, via, actor, request_id, action, target, details'

export function workspaceFromRow(row: Row): Workspace {
  return {
    id: row.id as WorkspaceId,
    name: row.name as string,
    settings: { ...defaultSettings, ...(JSON.parse(row.settings as string) as object) },
    idKey: row.id_key as string,
    createdAt: row.created_at as number,
  }
}

export function tokenFromRow(row: Row): Token {
  return {
    id: row.id as number,
    workspaceId: row.workspace_id as WorkspaceId,
    dialect: row.dialect as string,
    publicPart: row.public_part as string,
    secretHash: row.secret_hash as string,
    scopes: JSON.parse(row.scopes as string) as string[],
    label: row.label as string,
    rateLimit: row.rate_limit as Token['rateLimit'],
    createdAt: row.created_at as number,
    revokedAt: row.revoked_at as number | null,
  }
}

/** Most lists are empty, and the parser costs more than the comparison. */
export function parseList<T>(text: string): T[] {
  return text === '[]' ? [] : (JSON.parse(text) as T[])
}

/** The other direction of `parseList`. */
export function listText(list: readonly unknown[]): string {
  return list.length === 0 ? '[]' : JSON.stringify(list)
}
