// Made of docs/api/native.json by test/kit/generate-client.ts; not to be edited.

/** one try at a delivery */
export type Attempt = {
  number: number
  /** the node that made it */
  worker: string
  /** a time, UTC */
  began_at: string
  ended_at: string | null
  sent: SentRequest | null
  outcome: AttemptOutcome | null
}

export type AttemptOutcome = {
  /** lost: nobody came back from it */
  kind: 'answer' | 'failure' | 'lost'
  status?: number
  headers?: { [name: string]: string }
  /** the start of it */
  body?: string
  /** whether there was more */
  cut?: boolean
  /** why there was no answer; stable */
  code?: string
  message?: string
  took_ms?: number
  address?: string | null
}

export type AttributeSummary = {
  name: string
  standard: string | null
  /** a time, UTC */
  first_seen: string
  last_seen: string | null
  /** values by their type */
  types: { [name: string]: number }
  /** who has a value, from 0 to 1 */
  fill_rate: number
  sources: Array<string>
}

/** one change by an operator */
export type AuditEntry = {
  /** an id */
  id: number
  /** a time, UTC */
  at: string
  by: {
    /** a dialect where a token did it, else cli or server */
    via: string
    /** the token's public part, or who ran the command */
    name: string
    request_id: string | null
  }
  /** what was done, such as rules.replaced */
  action: string
  /** the name of what was changed */
  target: string
  details: { [name: string]: unknown }
}

export type Change = {
  of: 'attribute' | 'tags' | 'identifier'
  name: string
  /** the value before; null where there was none */
  from: unknown
  /** the value after; null where it was cleared */
  to: unknown
}

/** where people work */
export type Company = {
  /** an id */
  id: number
  custom_id: string | null
  name: string | null
  /** a map of attributes */
  attributes: { [name: string]: unknown }
  tags: Array<string>
  version: number
  /** a time, UTC */
  created_at: string
  /** a time, UTC */
  updated_at: string
}

export type CompanyOfPerson = {
  /** an id */
  id: number
  custom_id: string | null
  name: string | null
  /** a map of attributes */
  attributes: { [name: string]: unknown }
  tags: Array<string>
  version: number
  /** a time, UTC */
  created_at: string
  /** a time, UTC */
  updated_at: string
  /** a time, UTC */
  member_since: string
}

/** one action owed for one event */
export type Delivery = {
  /** an id */
  id: number
  /** the id that the receiver sees, the same on every try */
  webhook_id: string
  state: 'queued' | 'pending' | 'claimed' | 'delivered' | 'dead' | 'cancelled'
  destination: string
  action: string
  /** an id */
  event_id: number
  rule: string
  version: number
  step: string
  profile_id: number | null
  attempt_count: number
  due_at: string | null
  reason: string | null
  detail: string | null
  /** a time, UTC */
  planned_at: string
  ended_at: string | null
}

export type DeliveryCount = {
  destination: string
  state: 'queued' | 'pending' | 'claimed' | 'delivered' | 'dead' | 'cancelled'
  reason: string | null
  count: number
  /** a time, UTC */
  oldest_planned_at: string
}

/** a delivery with what was tried */
export type DeliveryInFull = {
  /** an id */
  id: number
  /** the id that the receiver sees, the same on every try */
  webhook_id: string
  state: 'queued' | 'pending' | 'claimed' | 'delivered' | 'dead' | 'cancelled'
  destination: string
  action: string
  /** an id */
  event_id: number
  rule: string
  version: number
  step: string
  profile_id: number | null
  attempt_count: number
  due_at: string | null
  reason: string | null
  detail: string | null
  /** a time, UTC */
  planned_at: string
  ended_at: string | null
  request: DeliveryRequest | null
  /** the state it was planned on */
  seen: {
    event: {
      /** an id */
      id: number
      type: string
      /** a time, UTC */
      occurred_at: string
      /** a time, UTC */
      received_at: string
      source: string
      /** a map of attributes */
      attributes: { [name: string]: unknown }
      changes: Array<Change>
    }
    profile: {
      /** an id */
      id: number
      version: number
      /** a map of attributes */
      attributes: { [name: string]: unknown }
      tags: Array<string>
    } | null
  }
  attempts: Array<Attempt>
}

export type DeliveryRequest = {
  method: string
  headers: { [name: string]: string }
  body: string | null
}

/** a place that actions send to */
export type Destination = {
  name: string
  /** 1 when first put, one more with every change */
  version: number
  state: 'active' | 'paused' | 'disabled'
  state_reason: string | null
  definition: DestinationDefinition
  signing: {
    signed: boolean
    secret_from: string | null
    former_until: string | null
  }
  auth_from: string | null
  breaker: {
    phase: 'closed' | 'open' | 'half-open'
    /** since the last success */
    failures: number
    open_until: string | null
  }
  rate: {
    /** calls that may begin in the span */
    limit: number
    span_ms: number
    used: number
    remaining: number
  } | null
  /** what is not over and what was given up on; `waiting_since` is when the first of those that wait was planned */
  deliveries: {
    queued: number
    pending: number
    claimed: number
    dead: number
    waiting_since: string | null
  }
  /** whether something due has waited longer for its try than `begin_within` */
  late: boolean
  /** a time, UTC */
  created_at: string
  /** a time, UTC */
  updated_at: string
}

/** what a destination was told; `PUT` takes it as it is */
export type DestinationDefinition = {
  /** the type of a destination */
  type: string
  /** an address that begins with https: */
  url: string
  /** true or false */
  allow_private?: boolean
  /** a whole number from 1 to 256 */
  concurrency?: number
  /** a rate such as 50/s, 100/m or 1000/h */
  rate?: string
  /** a duration such as PT10S */
  timeout?: string
  /** a duration such as PT10S */
  begin_within?: string
  retry?: {
    /** a duration such as PT10S */
    first?: string
    /** a number from 1 to 10 */
    factor?: number
    /** a duration such as PT10S */
    max?: string
    /** a whole number from 1 to 50 */
    attempts?: number
    /** a number from 0 to 1 */
    jitter?: number
  }
  auth?: {
    header: string
  }
}

/** one vendor's HTTP language, or Roster's own */
export type Dialect = {
  id: string
  /** what its tokens can be limited to */
  scopes: Array<string>
  /** the parts a token is shown in */
  token_fields: Array<string>
  /** shell commands with the parts of a token in braces, such as {token} */
  samples: Array<{
    title: string
    command: string
  }>
}

/** a value or a step that had no effect, and why */
export type Dropped = {
  name: string
  reason: string
  /** the rule whose step it was, as name@version */
  rule?: string
}

/** whom an erasure would wipe */
export type ErasureOutlook = {
  dry_run: true
  /** an id */
  profile_id: number
  display_name: string | null
  /** the profile, and those that were merged into it */
  profiles: Array<number>
  identifiers: Array<Identifier>
}

/** what says that a person was erased */
export type ErasureReceipt = {
  /** an id */
  receipt_id: number
  /** an id */
  workspace_id: number
  /** an id */
  profile_id: number
  /** a time, UTC */
  erased_at: string
  erased: {
    profiles: number
    events: number
    identifiers: number
    runs: number
    deliveries: number
    attempts: number
    idempotency: number
  }
  /** a keyed hash of each identifier the person had, by which they are known again */
  fingerprints: Array<string>
  signature: {
    /** Ed25519, base64url */
    public_key: string
    value: string
  } | null
}

/** what happened; its id is its place in the log */
export type Event = {
  /** an id */
  id: number
  type: string
  profile_id: number | null
  /** a time, UTC */
  occurred_at: string
  /** a time, UTC */
  received_at: string
  source: {
    dialect: string
    token_id: number | null
    request_id: string | null
  }
  cause: {
    /** an id */
    event_id: number
    /** the rule that acted, as name@version */
    rule: string
    depth: number
  } | null
  /** a map of attributes */
  attributes: { [name: string]: unknown }
  changes: Array<Change>
  dropped: Array<Dropped>
  identifiers: Array<Identifier>
  found_by: string | null
  idempotency_key: string | null
}

export type EventResult = {
  index: number
  status: number
  id: number | null
  profile_id: number | null
  /** how the profile was found */
  found_by: 'created' | 'key' | 'email' | 'none'
  /** the events that rules made of it */
  caused: Array<number>
  /** whether the call had been made before */
  repeated: boolean
  explanation?: Explanation | null
}

/** what the rules in force made of an event */
export type Explanation = {
  /** an id */
  event_id: number
  rules: Array<Reaction>
}

export type FieldError = {
  /** the way to the field, with dots; empty for the whole */
  field: string
  message: string
  hint?: string
}

/** a merge that the guards held back */
export type HeldMerge = {
  /** an id */
  id: number
  /** open or rejected */
  state: 'open' | 'rejected'
  /** who would stay */
  profile_id: number
  /** who would go */
  from: Array<number>
  /** how often it was held back */
  times: number
  /** what the guards have against it now */
  risks: Array<MergeRisk>
  /** a time, UTC */
  held_at: string
  /** a time, UTC */
  last_held_at: string
}

/** what finds a profile: a kind and a value */
export type Identifier = {
  kind: string
  value: string
}

export type IngestWarning = {
  /** such as no_time_or_key, or dropped_ and a reason */
  kind: string
  /** what is amiss, and what to do */
  sentence: string
  source: string
  token: string | null
  /** events, since `first_at` */
  count: number
  /** a time, UTC */
  first_at: string
  /** a time, UTC */
  last_at: string
  /** an id */
  event_id: number
}

export type MergeConflict = {
  name: string
  /** the value of who stays */
  kept: unknown
  /** the value of who goes */
  lost: unknown
  /** an id */
  profile_id: number
}

export type MergePreview = {
  dry_run: true
  found_by: string
  profile: Profile | null
  /** what would be logged; the ids are provisional */
  events: Array<Event>
  /** the runs that would wait or fail */
  runs: Array<Run>
  /** what would be sent, and where */
  deliveries: Array<PlannedDelivery>
  explanations: Array<Explanation>
  /** what the guards have against it */
  risks: Array<MergeRisk>
  /** whether the call would be refused */
  refused: boolean
  /** values that would not be seen any more */
  conflicts: Array<MergeConflict>
}

/** why profiles are perhaps not one person */
export type MergeRisk = {
  code: 'several_user_ids' | 'too_many_identifiers' | 'placeholder'
  message: string
  /** an id */
  profile_id: number
}

export type MergedProfiles = {
  profile: Profile
  /** who went, or is back */
  profiles: Array<number>
  changes: Array<Change>
  dropped: Array<Dropped>
  event_id: number | null
  caused: Array<number>
  /** whether the call had been made before */
  repeated: boolean
  explanation?: Explanation | null
}

export type MovedDeliveries = {
  dry_run: boolean
  /** how many matched at first */
  matching: number
  /** how many were acted on */
  moved: number
}

/** an event to log */
export type NewEvent = {
  /** an event type such as order.paid, or custom. and any name */
  type: string
  /** a time such as 2026-11-28T10:00:00Z */
  occurred_at?: string
  /** a map of attributes */
  attributes?: { [name: string]: unknown }
  /** an id, which is a whole number */
  profile_id?: number
  /** a map of kinds to values, such as {"user_id": "42"} */
  identifiers?: { [name: string]: string }
  /** 1 to 255 visible ASCII characters */
  idempotency_key?: string
}

export type PastChange = {
  /** an id */
  event_id: number
  /** a time, UTC */
  received_at: string
  /** a time, UTC */
  occurred_at: string
  source: string
  rule: string | null
  of: 'attribute' | 'tags' | 'identifier'
  name: string
  /** the value before; null where there was none */
  from: unknown
  /** the value after; null where it was cleared */
  to: unknown
}

export type PlannedDelivery = {
  /** an id */
  event_id: number
  rule: string
  version: number
  step: string
  action: string
  destination: string
  profile_id: number | null
}

/** what a call would come to; nothing was stored */
export type Preview = {
  dry_run: true
  found_by: string
  profile: Profile | null
  /** what would be logged; the ids are provisional */
  events: Array<Event>
  /** the runs that would wait or fail */
  runs: Array<Run>
  /** what would be sent, and where */
  deliveries: Array<PlannedDelivery>
  explanations: Array<Explanation>
}

/** a refusal, as RFC 9457 has it */
export type Problem = {
  /** the address of the page about the code */
  type: string
  title: string
  status: number
  /** stable; see the page of errors */
  code: string
  /** what was wrong this time */
  detail: string
  errors?: Array<FieldError>
  /** an id */
  conflicting_profile_id?: number
}

/** the one current record about a person */
export type Profile = {
  /** an id */
  id: number
  version: number
  /** a map of attributes */
  attributes: { [name: string]: unknown }
  tags: Array<string>
  identifiers: Array<Identifier>
  display_name: string | null
  /** a time, UTC */
  created_at: string
  /** a time, UTC */
  updated_at: string
}

/** what is to change; everything that is not named stays as it is */
export type ProfileChanges = {
  /** a map of attributes to write; null clears, what is absent stays */
  set?: { [name: string]: unknown }
  /** a map of attributes, written where nothing is stored */
  set_once?: { [name: string]: unknown }
  /** a list of attributes to clear */
  unset?: Array<string>
  /** a map of numbers to add; what is absent counts as 0 */
  increment?: { [name: string]: number }
  /** a map of entries that lists are to have */
  add?: { [name: string]: Array<unknown> }
  /** a map of entries that lists are not to have */
  remove?: { [name: string]: Array<unknown> }
  /** a list of all tags, or {"add": [...], "remove": [...]} */
  tags?: Array<string> | {
    add?: Array<string>
    remove?: Array<string>
  }
  /** a map of kinds to values; null takes one away */
  identifiers?: { [name: string]: string | null }
  /** a time such as 2026-11-28T10:00:00Z */
  occurred_at?: string
}

/** a profile, by an identifier or its id, and what is to change */
export type ProfileEntry = {
  by?: {
    kind: string
    value: string
  }
  /** an id, which is a whole number */
  id?: number
  /** a map of attributes to write; null clears, what is absent stays */
  set?: { [name: string]: unknown }
  /** a map of attributes, written where nothing is stored */
  set_once?: { [name: string]: unknown }
  /** a list of attributes to clear */
  unset?: Array<string>
  /** a map of numbers to add; what is absent counts as 0 */
  increment?: { [name: string]: number }
  /** a map of entries that lists are to have */
  add?: { [name: string]: Array<unknown> }
  /** a map of entries that lists are not to have */
  remove?: { [name: string]: Array<unknown> }
  /** a list of all tags, or {"add": [...], "remove": [...]} */
  tags?: Array<string> | {
    add?: Array<string>
    remove?: Array<string>
  }
  /** a map of kinds to values; null takes one away */
  identifiers?: { [name: string]: string | null }
  /** a time such as 2026-11-28T10:00:00Z */
  occurred_at?: string
}

export type ProfileResult = {
  index: number
  status: number
  created?: boolean
  found_by?: string
  profile?: Profile | null
  /** the names of what is different now */
  changed?: Array<string>
  changes?: Array<Change>
  dropped?: Array<Dropped>
  event_id?: number | null
  caused?: Array<number>
  /** profiles that went into this one, by on_conflict */
  merged?: Array<number>
  /** whether the call had been made before */
  repeated?: boolean
  explanation?: Explanation | null
  dry_run?: true
  /** what would be logged; the ids are provisional */
  events?: Array<Event>
  /** the runs that would wait or fail */
  runs?: Array<Run>
  /** what would be sent, and where */
  deliveries?: Array<PlannedDelivery>
  explanations?: Array<Explanation>
}

/** whether a rule reacted to an event, and why */
export type Reaction = {
  rule: string
  version: number
  matched: boolean
  /** why not: type, source, disabled or condition */
  because?: string
  /** the first comparison that decided against it */
  failure?: unknown
  /** the failure in words */
  sentence?: string
  caused?: Array<number>
  dropped?: Array<Dropped>
  run?: Run | null
  deliveries?: Array<PlannedDelivery>
}

export type RefusedEntry = {
  index: number
  /** the address of the page about the code */
  type: string
  title: string
  status: number
  /** stable; see the page of errors */
  code: string
  /** what was wrong this time */
  detail: string
  errors?: Array<FieldError>
  /** an id */
  conflicting_profile_id?: number
  /** the first field that is wrong */
  field?: string
  /** what was perhaps meant there */
  hint?: string
}

export type RenderedStep = {
  /** the path of the step, such as 1.0 */
  step: string
  action: string
  /** its settings, rendered */
  settings?: unknown
  request?: {
    method: string
    headers: { [name: string]: string }
    body: string | null
    /** the payload of a dialect that makes the body when it is sent */
    payload?: string
  }
  fault?: {
    reason: string
    detail: string
  }
}

export type ReplayedRule = {
  dry_run: boolean
  rule: string
  version: number
  /** events of its types that came while it was not at work, or all with `also_in_force` */
  looked_at: number
  /** runs that were begun, or would be */
  begun: number
  /** how many events the rule did not run for, by reason */
  passed_over: { [name: string]: number }
  runs: Array<ReplayedRun>
  next_cursor: string | null
}

export type ReplayedRun = {
  /** the event and the rule, as 41:tell-the-shop */
  run: string
  /** an id */
  event_id: number
  type: string
  /** a time, UTC */
  received_at: string
  profile_id: number | null
  /** what it would do, with `dry_run` */
  would?: {
    /** of the run: waiting, done or failed */
    state: string
    /** when its first wait is over */
    until?: string
    /** types of what would be logged */
    events: Array<string>
    /** where something would be sent */
    deliveries: Array<string>
  }
}

export type Rule = {
  name: string
  /** 1 when first applied, one more with every change */
  version: number
  enabled: boolean
  definition: RuleDefinition
}

export type RuleChange = {
  change: 'added' | 'changed' | 'removed' | 'moved'
  name: string
  /** which parts differ */
  keys?: Array<string>
}

/** a rule as it stands in a rules file: name, on, sources, when, steps and the rest */
export type RuleDefinition = { [name: string]: unknown }

/** one version of a rule at work on one event */
export type Run = {
  /** the event and the rule, as 41:tell-the-shop */
  id: string
  /** an id */
  event_id: number
  rule: string
  version: number
  profile_id: number | null
  state: 'waiting' | 'done' | 'failed' | 'cancelled'
  due_at: string | null
  reason: string | null
  detail: string | null
  ended_by: number | null
  /** a time, UTC */
  began_at: string
  ended_at: string | null
  steps: Array<StepRecord>
}

export type SentEvent = {
  id: number | null
  profile_id: number | null
  /** how the profile was found */
  found_by: 'created' | 'key' | 'email' | 'none'
  /** the events that rules made of it */
  caused: Array<number>
  /** whether the call had been made before */
  repeated: boolean
  explanation?: Explanation | null
}

/** what was sent, secrets masked, bounded */
export type SentRequest = {
  url: string
  method: string
  headers: { [name: string]: string }
  body: string | null
}

export type StepRecord = {
  /** the path of the step: 2, or 2.0 within an otherwise */
  step: string
  did: string
  events?: Array<number>
  /** an id */
  delivery?: number
  /** a time, UTC */
  until?: string
  name?: string
  reason?: string
  detail?: string
}

/** a token without its secret */
export type Token = {
  public_part: string
  dialect: string
  /** none means every call of the dialect */
  scopes: Array<string>
  label: string
  /** off or vendor: whether its calls are held to the limits that its vendor states */
  rate_limit: 'off' | 'vendor'
  /** a time, UTC */
  created_at: string
  revoked_at: string | null
}

export type TriedExample = {
  name: string
  passed: boolean
  /** where what came differs from what was said */
  wrong: Array<string>
}

export type TriedRule = {
  /** an id */
  event_id: number
  type: string
  matched: boolean
  /** why not: type, source or condition */
  because?: string
  /** the condition that failed */
  sentence?: string
  steps: Array<RenderedStep>
  /** what would be logged */
  events: Array<Event>
  /** runs that would wait or fail, as they end */
  runs: Array<Run>
  deliveries: Array<{
    step: string
    destination: string
  }>
}

export type Workspace = {
  name: string
  /** a time, UTC */
  created_at: string
  settings: {
    /** true or false */
    email_matching: boolean
    /** create, ignore or existing-only */
    unknown_keys: 'create' | 'ignore' | 'existing-only'
    phone_region: string | null
    allowed_origins: Array<string>
    /** a list of names of attributes */
    indexed_attributes: Array<string>
    event_days: number | null
  }
}

export type WouldChange = {
  dry_run: true
  /** what would be another value; none where all is so already */
  changes: Array<{
    field: string
    from: unknown
    to: unknown
  }>
}

export type WrittenProfile = {
  created: boolean
  /** how the profile was found */
  found_by: 'created' | 'key' | 'email' | 'none'
  profile: Profile | null
  /** the names of what is different now */
  changed: Array<string>
  changes: Array<Change>
  dropped: Array<Dropped>
  event_id: number | null
  caused: Array<number>
  /** profiles that went into this one, by on_conflict */
  merged: Array<number>
  /** whether the call had been made before */
  repeated: boolean
  explanation?: Explanation | null
}

export interface Calls {
  /** Log one event, or many. */
  sendEvents: {
    given: {
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      /** true or false; true says which rules reacted and why */
      explain?: boolean
      body: NewEvent | {
        events: Array<NewEvent>
      }
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: Preview | SentEvent | {
      accepted: number
      refused: number
      results: Array<EventResult | RefusedEntry>
    }
  }
  /** Read and search the event log. */
  listEvents: {
    given: {
      /** a whole number from 1 to 200 */
      limit?: number
      /** the next_cursor of the page before */
      cursor?: string
      /** asc or desc; asc, the order of the log, when left out */
      order?: 'asc' | 'desc'
      /** an id, which is a whole number */
      profile_id?: number
      /** an event type, or user.* for all that begin so */
      type?: string
      /** a dialect, cli, or rule:name@version */
      source?: string
      /** the rule that caused them, in any version */
      rule?: string
      /** an id, which is a whole number */
      cause?: number
      /** a time such as 2026-11-28T10:00:00Z */
      since?: string
      /** a time such as 2026-11-28T10:00:00Z */
      until?: string
      /** a text in the type, the attributes, the changes or the identifiers */
      text?: string
    }
    answer: {
      data: Array<Event>
      next_cursor: string | null
    }
  }
  /** Follow the event log as it grows. */
  streamEvents: {
    given: {
      /** the id of an event; what follows it is sent, else what is new */
      after?: string
      /** an event type, or user.* for all of a group */
      type?: string
      /** an id, which is a whole number */
      profile_id?: number
    }
    answer: undefined
  }
  /** Read one event, and what the rules made of it. */
  getEvent: {
    given: {
      /** an id, which is a whole number */
      id: number
      /** true or false; true says which rules reacted and why */
      explain?: boolean
    }
    answer: {
      event: Event
      explanation?: Explanation
    }
  }
  /** List what was amiss with what came in, though it was taken. */
  listWarnings: {
    given: {
      /** a time such as 2026-11-28T10:00:00Z */
      since?: string
    }
    answer: {
      data: Array<IngestWarning>
    }
  }
  /** Create or change the profile with an identifier. */
  putProfile: {
    given: {
      kind: string
      value: string
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      /** true or false; true says which rules reacted and why */
      explain?: boolean
      /** reject, take_over or merge: what becomes of an identifier that another profile has */
      on_conflict?: 'reject' | 'take_over' | 'merge'
      /** true or false; whether a person may be found by the e-mail */
      match_email?: boolean
      /** create or refuse: what becomes of a person who is not there */
      on_missing?: 'create' | 'refuse'
      body: ProfileChanges
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
      /** The version the profile must have, as the ETag of an answer has it. */
      ifMatch?: string
    }
    answer: WrittenProfile | Preview | WrittenProfile
  }
  /** Read the profile that has an identifier. */
  getProfileBy: {
    given: {
      kind: string
      value: string
      /** a time such as 2026-11-28T10:00:00Z */
      at?: string
    }
    answer: Profile
  }
  /** Write many profiles. */
  writeProfiles: {
    given: {
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      /** true or false; true says which rules reacted and why */
      explain?: boolean
      /** reject, take_over or merge: what becomes of an identifier that another profile has */
      on_conflict?: 'reject' | 'take_over' | 'merge'
      /** true or false; whether a person may be found by the e-mail */
      match_email?: boolean
      /** create or refuse: what becomes of a person who is not there */
      on_missing?: 'create' | 'refuse'
      body: {
        profiles: Array<ProfileEntry>
      }
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: {
      accepted: number
      refused: number
      results: Array<ProfileResult | RefusedEntry>
    }
  }
  /** List and search profiles. */
  listProfiles: {
    given: {
      /** a whole number from 1 to 200 */
      limit?: number
      /** the next_cursor of the page before */
      cursor?: string
      /** a kind of identifier, with value or prefix */
      kind?: string
      /** the value of the identifier */
      value?: string
      /** how the identifier begins */
      prefix?: string
      /** a phone number as it is stored */
      phone?: string
      /** how the shown name or the e-mail address begins */
      name?: string
      /** a time such as 2026-11-28T10:00:00Z */
      created_since?: string
      /** a time such as 2026-11-28T10:00:00Z */
      created_until?: string
      /** a time such as 2026-11-28T10:00:00Z */
      updated_since?: string
      /** a time such as 2026-11-28T10:00:00Z */
      updated_until?: string
      /** id, created or updated */
      order_by?: 'id' | 'created' | 'updated'
      /** asc or desc */
      order?: 'asc' | 'desc'
      /** true or false; true counts all of them too */
      total?: boolean
      /** a rule's condition on the profile, as JSON in one parameter */
      where?: string
    }
    answer: {
      data: Array<Profile>
      next_cursor: string | null
      total: number | null
    }
  }
  /** Read a profile, as it is or as it was at a time. */
  getProfile: {
    given: {
      /** an id, which is a whole number */
      id: number
      /** a time such as 2026-11-28T10:00:00Z */
      at?: string
    }
    answer: Profile
  }
  /** Change a profile that exists. */
  patchProfile: {
    given: {
      /** an id, which is a whole number */
      id: number
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      /** true or false; true says which rules reacted and why */
      explain?: boolean
      /** reject, take_over or merge: what becomes of an identifier that another profile has */
      on_conflict?: 'reject' | 'take_over' | 'merge'
      body: ProfileChanges
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
      /** The version the profile must have, as the ETag of an answer has it. */
      ifMatch?: string
    }
    answer: WrittenProfile | Preview
  }
  /** Take a profile out of every read. */
  removeProfile: {
    given: {
      /** an id, which is a whole number */
      id: number
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      /** true or false; true says which rules reacted and why */
      explain?: boolean
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
      /** The version the profile must have, as the ETag of an answer has it. */
      ifMatch?: string
    }
    answer: {
      event_id: number | null
      caused: Array<number>
      explanation?: Explanation | null
    } | Preview
  }
  /** Say where each attribute came from. */
  getProvenance: {
    given: {
      /** an id, which is a whole number */
      id: number
    }
    answer: {
      /** an id */
      profile_id: number
      attributes: { [name: string]: {
        value: unknown
        at: string | null
        /** a time, UTC */
        confirmed_at: string
        /** an id */
        event_id: number
        source: string
        /** whether it came by set once */
        once: boolean
      } }
    }
  }
  /** List what changed on a profile, newest first. */
  getHistory: {
    given: {
      /** an id, which is a whole number */
      id: number
      /** a whole number from 1 to 200 */
      limit?: number
      /** the next_cursor of the page before */
      cursor?: string
      /** an attribute or a kind of identifier, or tags */
      name?: string
    }
    answer: {
      data: Array<PastChange>
      next_cursor: string | null
    }
  }
  /** List the events about a person, newest first. */
  getTimeline: {
    given: {
      /** an id, which is a whole number */
      id: number
      /** a whole number from 1 to 200 */
      limit?: number
      /** the next_cursor of the page before */
      cursor?: string
    }
    answer: {
      data: Array<Event>
      next_cursor: string | null
    }
  }
  /** List the companies of a person, since when they belong there. */
  listCompaniesOf: {
    given: {
      /** an id, which is a whole number */
      id: number
      /** a whole number from 1 to 200 */
      limit?: number
      /** the next_cursor of the page before */
      cursor?: string
    }
    answer: {
      data: Array<CompanyOfPerson>
      next_cursor: string | null
    }
  }
  /** List companies, oldest first. */
  listCompanies: {
    given: {
      /** a whole number from 1 to 200 */
      limit?: number
      /** the next_cursor of the page before */
      cursor?: string
      /** the customer's own id of the company */
      custom_id?: string
    }
    answer: {
      data: Array<Company>
      next_cursor: string | null
    }
  }
  /** Read a company. */
  getCompany: {
    given: {
      /** an id, which is a whole number */
      id: number
    }
    answer: Company
  }
  /** List the people of a company, who came first first. */
  listCompanyProfiles: {
    given: {
      /** an id, which is a whole number */
      id: number
      /** a whole number from 1 to 200 */
      limit?: number
      /** the next_cursor of the page before */
      cursor?: string
    }
    answer: {
      data: Array<Profile>
      next_cursor: string | null
    }
  }
  /** Make one person of several profiles. */
  mergeProfiles: {
    given: {
      /** an id, which is a whole number */
      id: number
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      /** true or false; true says which rules reacted and why */
      explain?: boolean
      body: {
        /** a list of 1 to 50 profiles */
        from: Array<{
          /** an id, which is a whole number */
          id?: number
          by?: {
            kind: string
            value: string
          }
        }>
        /** true or false; true when left out */
        guards?: boolean
      }
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: MergedProfiles | MergePreview
  }
  /** Undo a merge. */
  undoMerge: {
    given: {
      /** an id, which is a whole number */
      id: number
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      /** true or false; true says which rules reacted and why */
      explain?: boolean
      body: {
        /** the id of the event profile.merged */
        event_id: number
      }
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: MergedProfiles | Preview
  }
  /** Erase a person, for good. */
  eraseProfile: {
    given: {
      /** an id, which is a whole number */
      id: number
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      body: {
        /** the id of the profile once more */
        confirm: number
      }
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
      /** The version the profile must have, as the ETag of an answer has it. */
      ifMatch?: string
    }
    answer: ErasureReceipt | ErasureOutlook
  }
  /** Say whether somebody was erased before. */
  findErasures: {
    given: {
      /** a kind of identifier, with value */
      kind?: string
      /** the value of the identifier */
      value?: string
      /** an id, which is a whole number */
      profile_id?: number
      /** a whole number from 1 to 100, which it is when left out */
      limit?: number
      /** the next_cursor of the page before */
      cursor?: string
    }
    answer: {
      data: Array<ErasureReceipt>
      next_cursor: string | null
    }
  }
  /** Read the receipt of an erasure. */
  getErasure: {
    given: {
      /** an id, which is a whole number */
      id: number
    }
    answer: ErasureReceipt
  }
  /** List the merges that the guards held back, oldest first. */
  listHeldMerges: {
    given: {
      /** a whole number from 1 to 200 */
      limit?: number
      /** the next_cursor of the page before */
      cursor?: string
      /** open or rejected */
      state?: 'open' | 'rejected'
    }
    answer: {
      data: Array<HeldMerge>
      next_cursor: string | null
    }
  }
  /** Merge them all the same. */
  acceptHeldMerge: {
    given: {
      /** an id, which is a whole number */
      id: number
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      /** true or false; true says which rules reacted and why */
      explain?: boolean
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: MergedProfiles | MergePreview
  }
  /** Say that they are not one person. */
  rejectHeldMerge: {
    given: {
      /** an id, which is a whole number */
      id: number
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: HeldMerge | WouldChange
  }
  /** List the attributes that are stored, and what their values are like. */
  listAttributes: {
    given: {
      /** a whole number from 1 to 2000, which it is when left out */
      limit?: number
      /** the next_cursor of the page before */
      cursor?: string
    }
    answer: {
      sampled_profiles: number
      data: Array<AttributeSummary>
      next_cursor: string | null
    }
  }
  /** List the rules in force, in their order. */
  listRules: {
    given: {
      /** a whole number from 1 to 1000, which it is when left out */
      limit?: number
      /** the next_cursor of the page before */
      cursor?: string
    }
    answer: {
      data: Array<Rule>
      next_cursor: string | null
      /** names the rules in force, for If-Match */
      etag: string
    }
  }
  /** Put rules in the place of the workspace's own. */
  replaceRules: {
    given: {
      /** true or false */
      dry_run?: boolean
      body: {
        /** a list of rules */
        rules: Array<unknown>
        /** a list of examples */
        examples?: Array<unknown>
      }
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
      /** The rules that must be in force, as the ETag of an answer has them. */
      ifMatch?: string
    }
    answer: {
      dry_run: boolean
      changes: Array<RuleChange>
      examples: Array<TriedExample>
      /** those in force now */
      rules: Array<Rule>
      /** names the rules in force, for If-Match */
      etag: string
    }
  }
  /** Read a rule in force. */
  getRule: {
    given: {
      name: string
    }
    answer: Rule
  }
  /** Switch a rule on or off. */
  enableRule: {
    given: {
      name: string
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      body: {
        /** true or false */
        enabled: boolean
      }
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: Rule | WouldChange
  }
  /** List every version of a rule there ever was, newest first. */
  listRuleVersions: {
    given: {
      name: string
      /** a whole number from 1 to 1000, which it is when left out */
      limit?: number
      /** the next_cursor of the page before */
      cursor?: string
    }
    answer: {
      data: Array<{
        version: number
        /** a time, UTC */
        applied_at: string
        in_force: boolean
        definition: RuleDefinition
      }>
      next_cursor: string | null
    }
  }
  /** Try a rule on an event of the log. */
  tryRule: {
    given: {
      body: {
        rule: RuleDefinition
        /** an id, which is a whole number */
        event_id: number
      }
    }
    answer: TriedRule
  }
  /** Run a rule for events that came while it was not there or was switched off. */
  replayRule: {
    given: {
      name: string
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      body: {
        /** a time such as 2026-11-28T10:00:00Z */
        since: string
        /** a time such as 2026-11-28T10:00:00Z */
        until?: string
        /** true or false */
        also_in_force?: boolean
        /** the next_cursor of a call before */
        cursor?: string
      }
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: ReplayedRule
  }
  /** List runs of rules that waited or failed, newest event first. */
  listRuns: {
    given: {
      /** a whole number from 1 to 200 */
      limit?: number
      /** the next_cursor of the page before */
      cursor?: string
      state?: 'waiting' | 'done' | 'failed' | 'cancelled'
      /** the name of a rule */
      rule?: string
      /** an id, which is a whole number */
      profile_id?: number
    }
    answer: {
      data: Array<Run>
      next_cursor: string | null
    }
  }
  /** Read a run with what each step did. */
  getRun: {
    given: {
      /** the event and the rule, as 41:tell-the-shop */
      id: string
    }
    answer: Run
  }
  /** End a run that waits. */
  cancelRun: {
    given: {
      /** the event and the rule, as 41:tell-the-shop */
      id: string
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: Run | WouldChange
  }
  /** List destinations, how they are, and what waits for them. */
  listDestinations: {
    given: {
      /** a whole number from 1 to 1000, which it is when left out */
      limit?: number
      /** the next_cursor of the page before */
      cursor?: string
    }
    answer: {
      data: Array<Destination>
      next_cursor: string | null
    }
  }
  /** Read a destination, without its secrets. */
  getDestination: {
    given: {
      name: string
    }
    answer: Destination
  }
  /** Create a destination, or put another in its place. */
  putDestination: {
    given: {
      name: string
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      body: {
        /** the type of a destination */
        type: string
        /** an address that begins with https: */
        url: string
        /** true or false */
        allow_private?: boolean
        /** a whole number from 1 to 256 */
        concurrency?: number
        /** a rate such as 50/s, 100/m or 1000/h */
        rate?: string
        /** a duration such as PT10S */
        timeout?: string
        /** a duration such as PT10S */
        begin_within?: string
        retry?: {
          /** a duration such as PT10S */
          first?: string
          /** a number from 1 to 10 */
          factor?: number
          /** a duration such as PT10S */
          max?: string
          /** a whole number from 1 to 50 */
          attempts?: number
          /** a number from 0 to 1 */
          jitter?: number
        }
        /** a signing secret, whsec_ and base64; stays, or is made, when left out */
        secret?: string
        auth?: {
          /** the name of the header that proves who calls */
          header: string
          /** its value; stays when left out */
          value?: string
        }
      }
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: {
      destination: Destination
      secret: string | null
    } | WouldChange | {
      destination: Destination
      secret: string | null
    }
  }
  /** Remove a destination; what waits for it ends as dead. */
  removeDestination: {
    given: {
      name: string
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: {
      dry_run: boolean
      /** deliveries that waited for it */
      given_up: number
    }
  }
  /** Let everything for a destination wait until it is resumed. */
  pauseDestination: {
    given: {
      name: string
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: Destination | WouldChange
  }
  /** Call a destination again that was paused, disabled or failing. */
  resumeDestination: {
    given: {
      name: string
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: Destination | WouldChange
  }
  /** Make a new signing secret; the one before signs too for a while. */
  rotateDestinationSecret: {
    given: {
      name: string
      /** a whole number from 0 to 720 */
      hours?: number
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: {
      destination: Destination
      secret: string
      /** a time, UTC */
      former_until: string
    }
  }
  /** Call a destination once, signed as in earnest, and say what came of it. */
  testDestination: {
    given: {
      name: string
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: {
      /** whether a delivery would be done now */
      ok: boolean
      /** what would become of a delivery that is answered like this */
      judgement: 'delivered' | 'retry' | 'dead'
      webhook_id: string
      sent: SentRequest
      outcome: AttemptOutcome
    }
  }
  /** List deliveries, newest first. */
  listDeliveries: {
    given: {
      /** a whole number from 1 to 200 */
      limit?: number
      /** the next_cursor of the page before */
      cursor?: string
      /** one of queued, pending, claimed, delivered, dead, cancelled */
      state?: 'queued' | 'pending' | 'claimed' | 'delivered' | 'dead' | 'cancelled'
      /** the name of a destination */
      destination?: string
      /** the name of a rule */
      rule?: string
      /** an id, which is a whole number */
      event_id?: number
      /** an id, which is a whole number */
      profile_id?: number
      /** a reason such as http_500 */
      reason?: string
      /** a time such as 2026-11-28T10:00:00Z */
      since?: string
      /** a time such as 2026-11-28T10:00:00Z */
      until?: string
      /** asc or desc; desc, newest first, when left out */
      order?: 'asc' | 'desc'
    }
    answer: {
      data: Array<Delivery>
      next_cursor: string | null
    }
  }
  /** Count deliveries that wait and that were given up on, by state and reason. */
  countDeliveries: {
    given: {
      /** one of queued, pending, claimed, delivered, dead, cancelled */
      state?: 'queued' | 'pending' | 'claimed' | 'delivered' | 'dead' | 'cancelled'
      /** the name of a destination */
      destination?: string
      /** the name of a rule */
      rule?: string
      /** an id, which is a whole number */
      event_id?: number
      /** an id, which is a whole number */
      profile_id?: number
      /** a reason such as http_500 */
      reason?: string
      /** a time such as 2026-11-28T10:00:00Z */
      since?: string
      /** a time such as 2026-11-28T10:00:00Z */
      until?: string
    }
    answer: {
      data: Array<DeliveryCount>
      total: number
    }
  }
  /** Send deliveries that are over again: the same id, the same bytes. */
  redeliverDeliveries: {
    given: {
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      body: {
        /** a list of 1 to 100 ids */
        ids?: Array<number>
        /** one of dead, delivered, cancelled */
        state?: 'dead' | 'delivered' | 'cancelled'
        /** the name of a destination */
        destination?: string
        /** the name of a rule */
        rule?: string
        /** an id, which is a whole number */
        event_id?: number
        /** an id, which is a whole number */
        profile_id?: number
        /** a reason such as http_500 */
        reason?: string
        /** a time such as 2026-11-28T10:00:00Z */
        since?: string
        /** a time such as 2026-11-28T10:00:00Z */
        until?: string
      }
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: MovedDeliveries
  }
  /** End deliveries that are not over; they are not tried any more. */
  cancelDeliveries: {
    given: {
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      body: {
        /** a list of 1 to 100 ids */
        ids?: Array<number>
        /** one of queued, pending, claimed */
        state?: 'queued' | 'pending' | 'claimed'
        /** the name of a destination */
        destination?: string
        /** the name of a rule */
        rule?: string
        /** an id, which is a whole number */
        event_id?: number
        /** an id, which is a whole number */
        profile_id?: number
        /** a reason such as http_500 */
        reason?: string
        /** a time such as 2026-11-28T10:00:00Z */
        since?: string
        /** a time such as 2026-11-28T10:00:00Z */
        until?: string
      }
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: MovedDeliveries
  }
  /** Read a delivery with what is sent and every attempt, secrets masked. */
  getDelivery: {
    given: {
      /** an id, which is a whole number */
      id: number
    }
    answer: DeliveryInFull
  }
  /** Send a delivery that is over again: the same id, the same bytes. */
  redeliverDelivery: {
    given: {
      /** an id, which is a whole number */
      id: number
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: Delivery | MovedDeliveries
  }
  /** End a delivery that is not over; it is not tried any more. */
  cancelDelivery: {
    given: {
      /** an id, which is a whole number */
      id: number
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: Delivery | MovedDeliveries
  }
  /** Send a delivery that is over again with another body or other headers. */
  resendDelivery: {
    given: {
      /** an id, which is a whole number */
      id: number
      body: {
        /** one of POST, PUT, PATCH, DELETE, GET */
        method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET'
        /** a map of headers in small letters; null drops one */
        headers?: { [name: string]: string | null }
        /** the text of the new body */
        body?: string
      }
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: Delivery
  }
  /** List the workspace's tokens, revoked ones too. */
  listTokens: {
    given: {
      /** a whole number from 1 to 1000, which it is when left out */
      limit?: number
      /** the next_cursor of the page before */
      cursor?: string
    }
    answer: {
      data: Array<Token>
      next_cursor: string | null
    }
  }
  /** Make a token. */
  createToken: {
    given: {
      body: {
        /** the dialect the token is for */
        dialect: string
        /** a list of scopes */
        scopes?: Array<string>
        /** a word to tell it by */
        label?: string
        /** off or vendor: whether its calls are held to the limits that its vendor states */
        rate_limit?: 'off' | 'vendor'
      }
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: {
      token: { [name: string]: string }
    }
  }
  /** Hold a token to its vendor's limits on calls, or let it be. */
  limitToken: {
    given: {
      public_part: string
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      body: {
        /** off or vendor: whether its calls are held to the limits that its vendor states */
        rate_limit: 'off' | 'vendor'
      }
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: Token | WouldChange
  }
  /** Revoke a token. */
  revokeToken: {
    given: {
      public_part: string
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: WouldChange | undefined
  }
  /** Read the token's workspace. */
  getWorkspace: {
    given: {}
    answer: Workspace
  }
  /** Change settings of the workspace; what is not named stays. */
  updateSettings: {
    given: {
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      body: {
        /** true or false */
        email_matching?: boolean
        /** create, ignore or existing-only */
        unknown_keys?: 'create' | 'ignore' | 'existing-only'
        phone_region?: string | null
        allowed_origins?: Array<string>
        /** a list of names of attributes */
        indexed_attributes?: Array<string>
        event_days?: number | null
      }
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: Workspace | WouldChange
  }
  /** List all workspaces. */
  listWorkspaces: {
    given: {
      /** a whole number from 1 to 1000, which it is when left out */
      limit?: number
      /** the next_cursor of the page before */
      cursor?: string
    }
    answer: {
      data: Array<Workspace>
      next_cursor: string | null
    }
  }
  /** Make a workspace with the starter rules, and a first token for it. */
  createWorkspace: {
    given: {
      body: {
        /** up to 64 small letters and digits with dashes between */
        name: string
      }
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: {
      workspace: Workspace
      token: { [name: string]: string }
    }
  }
  /** Delete a workspace with everything in it. */
  deleteWorkspace: {
    given: {
      name: string
      /** true or false; true stores nothing and answers a preview */
      dry_run?: boolean
      /** Calls with one key, token and address are one call; a repeat is answered alike. */
      idempotencyKey?: string
    }
    answer: {
      dry_run: true
      /** living ones */
      profiles: number
      /** how many events there ever were */
      last_event_id: number
      rules: number
      destinations: number
      /** revoked ones too */
      tokens: number
    } | undefined
  }
  /** List what operators changed, newest first. */
  listAudit: {
    given: {
      /** a whole number from 1 to 200 */
      limit?: number
      /** the next_cursor of the page before */
      cursor?: string
    }
    answer: {
      data: Array<AuditEntry>
      next_cursor: string | null
    }
  }
  /** Count the events of a stretch of time. */
  countEvents: {
    given: {
      /** a time such as 2026-11-28T10:00:00Z */
      from?: string
      /** a time such as 2026-11-28T10:00:00Z */
      until?: string
      /** minute, hour or day */
      step?: 'minute' | 'hour' | 'day'
      /** type, source, none: what tells the counts of a step apart */
      by?: 'type' | 'source' | 'none'
    }
    answer: {
      /** a time, UTC */
      from: string
      /** a time, UTC */
      until: string
      data: Array<{
        /** a time, UTC */
        at: string
        name: string | null
        count: number
        /** a time, UTC */
        last_at: string
      }>
      counted_up_to: number
    }
  }
  /** Count the deliveries that were planned in a stretch of time. */
  countPlannedDeliveries: {
    given: {
      /** a time such as 2026-11-28T10:00:00Z */
      from?: string
      /** a time such as 2026-11-28T10:00:00Z */
      until?: string
      /** minute, hour or day */
      step?: 'minute' | 'hour' | 'day'
      /** rule, destination, none: what tells the counts of a step apart */
      by?: 'rule' | 'destination' | 'none'
    }
    answer: {
      /** a time, UTC */
      from: string
      /** a time, UTC */
      until: string
      data: Array<{
        /** a time, UTC */
        at: string
        name: string | null
        count: number
        /** a time, UTC */
        last_at: string
      }>
      counted_up_to: number
    }
  }
  /** Count the deliveries that ended in a stretch of time. */
  countEndedDeliveries: {
    given: {
      /** a time such as 2026-11-28T10:00:00Z */
      from?: string
      /** a time such as 2026-11-28T10:00:00Z */
      until?: string
      /** minute, hour or day */
      step?: 'minute' | 'hour' | 'day'
      /** destination, state, none: what tells the counts of a step apart */
      by?: 'destination' | 'state' | 'none'
      /** delivered, dead, cancelled: only those that ended so */
      state?: 'delivered' | 'dead' | 'cancelled'
    }
    answer: {
      /** a time, UTC */
      from: string
      /** a time, UTC */
      until: string
      data: Array<{
        /** a time, UTC */
        at: string
        name: string | null
        count: number
        /** a time, UTC */
        last_at: string
      }>
      counted_up_to: number
    }
  }
  /** List the dialects a token can be made for, with calls to try. */
  listDialects: {
    given: {}
    answer: {
      data: Array<Dialect>
    }
  }
  /** Read the JSON Schema of a rules file, with the settings of every action. */
  getRuleSchema: {
    given: {}
    answer: { [name: string]: unknown }
  }
}
