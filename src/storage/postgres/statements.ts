import type { Statement } from './transaction.ts'

/*
 * Every statement of the write path, one named constant each, so that plans can be tested. `$1` is
 * the workspace in each of them.
 *
 * Keys come as lists, and each is looked up in a `LATERAL` of its own, with a limit: so the planner
 * has no choice but to go by the whole key. A plain join it turned around as soon as it guessed
 * that a workspace has few rows, and read all of them: 80 ms instead of 1 for a group of 64.
 */

export const profileColumns = `
  id, version, attributes, provenance, tags, identifiers, created_at, updated_at, last_event,
  removed_at`

/**
 * Locks identifiers in the order of their keys: the row of the owner, or where there is none a new
 * row without a profile. An update that never happens takes the lock that "do nothing" does not,
 * and waits for a row that somebody else is just inserting.
 */
export const lockIdentifiers: Statement = {
  name: 'lock_identifiers',
  text: `
    INSERT INTO profile_identifiers AS held (workspace_id, kind, value, holder)
    SELECT $1::bigint, kind, value, 0
    FROM unnest($2::text[], $3::text[]) AS named (kind, value)
    ORDER BY kind COLLATE "C", value COLLATE "C"
    ON CONFLICT (workspace_id, kind, value, holder)
    DO UPDATE SET profile_id = held.profile_id WHERE false`,
}

/**
 * The owners of identifiers that are locked, and these and other profiles, locked in the order of
 * their ids. It begins after the locks were had, and so sees what they were waited for.
 */
export const loadOwners: Statement = {
  name: 'load_owners',
  text: `
    WITH owners AS MATERIALIZED (
      SELECT named.kind, named.value, held.profile_id
      FROM unnest($2::text[], $3::text[]) AS named (kind, value)
      CROSS JOIN LATERAL (
        SELECT profile_id FROM profile_identifiers i
        WHERE i.workspace_id = $1 AND i.kind = named.kind AND i.value = named.value
          AND i.holder = 0 LIMIT 1) AS held
    ), locked AS MATERIALIZED (
      SELECT ${profileColumns} FROM profiles
      WHERE workspace_id = $1 AND id = ANY (ARRAY(
        SELECT profile_id FROM owners WHERE profile_id IS NOT NULL
        UNION SELECT unnest($4::bigint[])))
      ORDER BY id FOR NO KEY UPDATE
    )
    SELECT kind, value, profile_id AS id, NULL::bigint AS version, NULL AS attributes,
      NULL AS provenance, NULL AS tags, NULL AS identifiers, NULL::bigint AS created_at,
      NULL::bigint AS updated_at, NULL::bigint AS last_event, NULL::bigint AS removed_at
    FROM owners
    UNION ALL
    SELECT NULL, NULL, ${profileColumns} FROM locked`,
}

/**
 * Locks what can be had without waiting, out of order: whoever waits for nobody is in no circle.
 * What is missing in the answer is held by another, or is not there.
 */
export const tryLockIdentifiers: Statement = {
  name: 'try_lock_identifiers',
  text: `
    SELECT named.kind, named.value, held.profile_id
    FROM unnest($2::text[], $3::text[]) AS named (kind, value)
    CROSS JOIN LATERAL (
      SELECT profile_id FROM profile_identifiers i
      WHERE i.workspace_id = $1 AND i.kind = named.kind AND i.value = named.value
        AND i.holder = 0 LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED) AS held`,
}

export const tryLockProfiles: Statement = {
  name: 'try_lock_profiles',
  text: `
    SELECT ${profileColumns} FROM profiles
    WHERE workspace_id = $1 AND id = ANY ($2::bigint[])
    FOR NO KEY UPDATE SKIP LOCKED`,
}

/** Who holds identifiers besides their owners, by id; asked for only where somebody lets go. */
export const selectOtherHolders: Statement = {
  name: 'select_other_holders',
  text: `
    SELECT named.kind, named.value, held.profile_id
    FROM unnest($2::text[], $3::text[]) AS named (kind, value)
    CROSS JOIN LATERAL (
      SELECT profile_id FROM profile_identifiers i
      WHERE i.workspace_id = $1 AND i.kind = named.kind AND i.value = named.value
        AND i.holder > 0 ORDER BY i.holder LIMIT $4) AS held`,
}

/** When profiles that held identifiers were last removed; only dated commands ask. */
export const selectRemovals: Statement = {
  name: 'select_removals',
  text: `
    SELECT named.kind, named.value, held.removed_at
    FROM unnest($2::text[], $3::text[]) AS named (kind, value)
    CROSS JOIN LATERAL (
      SELECT max(i.removed_at) AS removed_at FROM profile_identifiers i
      WHERE i.workspace_id = $1 AND i.kind = named.kind AND i.value = named.value
        AND i.holder < 0) AS held
    WHERE held.removed_at IS NOT NULL`,
}

export const selectNames: Statement = {
  name: 'select_names',
  text: `
    SELECT asked.kind, asked.name, found.id
    FROM unnest($2::text[], $3::text[]) AS asked (kind, name)
    CROSS JOIN LATERAL (
      SELECT id FROM names n
      WHERE n.workspace_id = $1 AND n.kind = asked.kind AND n.name = asked.name LIMIT 1) AS found`,
}

/** Takes idempotency keys until the transaction ends; says in their order which were free. */
export const tryLockKeys: Statement = {
  name: 'try_lock_keys',
  text: `
    SELECT pg_try_advisory_xact_lock(hashtextextended(scope, 0)) AS locked
    FROM unnest($1::text[]) WITH ORDINALITY AS asked (scope, place) ORDER BY place`,
}

export const selectIdempotency: Statement = {
  name: 'select_idempotency',
  text: `
    SELECT asked.place, kept.body_hash, kept.outcome, kept.profile_id
    FROM unnest($2::bigint[], $3::text[], $4::text[]) WITH ORDINALITY
      AS asked (token_id, route, key, place)
    CROSS JOIN LATERAL (
      SELECT body_hash, outcome, profile_id FROM idempotency i
      WHERE i.workspace_id = $1 AND i.token_id = asked.token_id AND i.route = asked.route
        AND i.key = asked.key LIMIT 1) AS kept`,
}

export const insertIdempotency: Statement = {
  name: 'insert_idempotency',
  text: `
    INSERT INTO idempotency
      (workspace_id, token_id, route, key, body_hash, outcome, profile_id, created_at)
    SELECT $1, token_id, route, key, body_hash, outcome, profile_id, $8
    FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
      AS new (token_id, route, key, body_hash, outcome, profile_id)`,
}

export const selectProfile: Statement = {
  name: 'select_profile',
  text: `SELECT ${profileColumns} FROM profiles WHERE workspace_id = $1 AND id = $2`,
}

/** The last lock of a transaction: the ids it answers are the last before the ones now taken. */
export const takeIds: Statement = {
  name: 'take_ids',
  text: `
    UPDATE counters
    SET last_event_id = last_event_id + $2, last_profile_id = last_profile_id + $3,
      last_delivery_id = last_delivery_id + $4, profile_count = profile_count + $5
    WHERE workspace_id = $1
    RETURNING last_event_id - $2 AS last_event, last_profile_id - $3 AS last_profile,
      last_delivery_id - $4 AS last_delivery, last_name_id AS last_name,
      last_record_id AS last_record, config_version`,
}

/** The same without taking any, for a group that turned out to change nothing. */
export const selectLastIds: Statement = {
  name: 'select_last_ids',
  text: `
    SELECT last_event_id AS last_event, last_profile_id AS last_profile,
      last_delivery_id AS last_delivery, last_name_id AS last_name,
      last_record_id AS last_record, config_version
    FROM counters WHERE workspace_id = $1`,
}

export const insertNames: Statement = {
  name: 'insert_names',
  text: `
    WITH inserted AS (
      INSERT INTO names (workspace_id, kind, name, id, first_at)
      SELECT $1, kind, name, id, $5 FROM unnest($2::text[], $3::text[], $4::bigint[])
        AS new (kind, name, id)
      RETURNING id
    )
    UPDATE counters SET last_name_id = (SELECT max(id) FROM inserted) WHERE workspace_id = $1`,
}

/**
 * Everything a group changed, each row once. All its parts see the state before it, so the profiles
 * counted at its end are those that were there already: it fails, by a division, where any of them
 * was missed. Rows that go are found by their place: joined by their key, PostgreSQL before 17
 * reads all of the workspace's.
 */
export const writeChanges: Statement = {
  name: 'write_changes',
  text: `
    WITH put AS (
      INSERT INTO profiles (workspace_id, id, version, attributes, provenance, tags, identifiers,
        phone, created_at, updated_at, last_event, removed_at)
      SELECT $1, id, version, attributes, provenance, tags, identifiers, phone, created_at,
        updated_at, last_event, removed_at
      FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[],
        $8::text[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[])
        AS new (id, version, attributes, provenance, tags, identifiers, phone, created_at,
          updated_at, last_event, removed_at)
      ON CONFLICT (workspace_id, id) DO UPDATE SET version = excluded.version,
        attributes = excluded.attributes, provenance = excluded.provenance,
        tags = excluded.tags, identifiers = excluded.identifiers, phone = excluded.phone,
        updated_at = excluded.updated_at, last_event = excluded.last_event,
        removed_at = excluded.removed_at
    ), held AS (
      INSERT INTO profile_identifiers (workspace_id, kind, value, holder, profile_id, removed_at)
      SELECT $1, kind, value, holder, profile_id, removed_at
      FROM unnest($13::text[], $14::text[], $15::bigint[], $16::bigint[], $17::bigint[])
        AS new (kind, value, holder, profile_id, removed_at)
      ON CONFLICT (workspace_id, kind, value, holder)
      DO UPDATE SET profile_id = excluded.profile_id, removed_at = excluded.removed_at
    ), let_go AS (
      DELETE FROM profile_identifiers
      WHERE ctid = ANY (ARRAY(
        SELECT held.ctid FROM unnest($18::text[], $19::text[], $20::bigint[])
          AS gone (kind, value, holder)
        CROSS JOIN LATERAL (
          SELECT ctid FROM profile_identifiers
          WHERE workspace_id = $1 AND profile_identifiers.kind = gone.kind
            AND profile_identifiers.value = gone.value
            AND profile_identifiers.holder = gone.holder LIMIT 1) AS held))
    ), logged AS (
      INSERT INTO events (workspace_id, id, type, subject, previous, occurred_at, received_at,
        source, token_id, request_id, cause_event, cause_rule, cause_depth, attributes, changes,
        dropped, identifiers, found_by, idempotency_key)
      SELECT $1, id, type, subject, previous, occurred_at, received_at, source, token_id,
        request_id, cause_event, cause_rule, cause_depth, attributes, changes, dropped,
        identifiers, found_by, idempotency_key
      FROM unnest($21::bigint[], $22::text[], $23::bigint[], $24::bigint[], $25::bigint[],
        $26::bigint[], $27::text[], $28::bigint[], $29::text[], $30::bigint[], $31::text[],
        $32::integer[], $33::text[], $34::text[], $35::text[], $36::text[], $37::text[],
        $38::text[])
        AS new (id, type, subject, previous, occurred_at, received_at, source, token_id,
          request_id, cause_event, cause_rule, cause_depth, attributes, changes, dropped,
          identifiers, found_by, idempotency_key)
    ), listed AS (
      INSERT INTO event_identifiers (workspace_id, kind, value, event_id, received_at)
      SELECT $1, kind, value, event_id, received_at
      FROM unnest($39::text[], $40::text[], $41::bigint[], $42::bigint[])
        AS new (kind, value, event_id, received_at)
      ON CONFLICT DO NOTHING
    )
    SELECT 1 / (count(*) = $43)::integer FROM profiles WHERE workspace_id = $1 AND id = ANY ($2)`,
}

/** Settings, rules and their version as of one moment. */
/** Every change of the configuration begins by writing this row. */
export const holdConfig: Statement = {
  name: 'hold_config',
  text: 'SELECT 1 FROM state FOR SHARE',
}

export const selectConfig: Statement = {
  name: 'select_config',
  text: `
    SELECT name, settings, config_version, (
      SELECT json_agg(name) FROM destinations
      WHERE destinations.workspace_id = workspaces.id) AS destinations, (
      SELECT json_agg(json_build_object(
        'version', version, 'definition', definition, 'disabled', disabled) ORDER BY position, name)
      FROM rules WHERE rules.workspace_id = workspaces.id AND position IS NOT NULL) AS rules, (
      SELECT json_agg(json_build_object('version', version, 'definition', definition))
      FROM rules CROSS JOIN LATERAL (
        SELECT 1 FROM runs WHERE runs.workspace_id = rules.workspace_id AND runs.rule = rules.name
          AND runs.version = rules.version AND runs.due_at IS NOT NULL LIMIT 1) AS waiting
      WHERE rules.workspace_id = workspaces.id AND position IS NULL) AS replaced
    FROM workspaces JOIN counters ON counters.workspace_id = workspaces.id
    WHERE workspaces.id = $1`,
}

/** Those that a file put there; others, of subscriptions, have their place behind all of them. */
export const selectFileRules: Statement = {
  name: 'select_file_rules',
  text: `
    SELECT name, version, definition, disabled FROM rules
    WHERE workspace_id = $1 AND position < 1000000 ORDER BY position`,
}

export const probe: Statement = {
  name: 'probe',
  text: 'UPDATE state SET probe_at = $1 WHERE one = 1',
}
