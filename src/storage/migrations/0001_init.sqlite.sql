-- Times are milliseconds UTC. Keys begin with the workspace, as they do on the other engine.

-- An id is never given out again: the audit trail outlives its workspace.
CREATE TABLE workspaces (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  settings TEXT NOT NULL,
  id_key TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- One row a workspace: the last ids given out, and how many profiles live. It is written in the
-- transaction that used them, so event ids have no gaps and are in commit order.
CREATE TABLE counters (
  workspace_id INTEGER PRIMARY KEY,
  last_event_id INTEGER NOT NULL DEFAULT 0,
  last_profile_id INTEGER NOT NULL DEFAULT 0,
  last_name_id INTEGER NOT NULL DEFAULT 0,
  last_delivery_id INTEGER NOT NULL DEFAULT 0,
  last_record_id INTEGER NOT NULL DEFAULT 0,
  profile_count INTEGER NOT NULL DEFAULT 0
) STRICT;

-- `config_version` is raised with every change of tokens, rules, settings and workspaces;
-- `probe_at` is what the readiness check writes.
CREATE TABLE state (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  config_version INTEGER NOT NULL,
  probe_at INTEGER NOT NULL
) STRICT;

INSERT INTO state (one, config_version, probe_at) VALUES (1, 1, 0);

CREATE TABLE tokens (
  id INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  dialect TEXT NOT NULL,
  public_part TEXT NOT NULL UNIQUE,
  secret_hash TEXT NOT NULL,
  scopes TEXT NOT NULL,
  label TEXT NOT NULL,
  rate_limit TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;

-- What operators changed. It outlives its workspace.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  via TEXT NOT NULL,
  actor TEXT NOT NULL,
  request_id TEXT,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  details TEXT NOT NULL
) STRICT;

CREATE INDEX audit_by_workspace ON audit (workspace_id, id);

-- Every version of every rule; `position` is set on those in force. What an operator switched off
-- stays in force and is `disabled`.
CREATE TABLE rules (
  workspace_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  position INTEGER,
  definition TEXT NOT NULL,
  applied_at INTEGER NOT NULL,
  disabled INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace_id, name, version)
) STRICT, WITHOUT ROWID;

-- `key` is the workspace in the upper bits and the id in the lower 40, so that rows of one
-- workspace lie together in the order of their ids. As a whole-number key it lets pages fill up
-- when rows are appended; a key of two columns left them half empty and doubled what every commit
-- had to write.
-- `provenance` is in groups (see group-provenance.ts) and ends in white space that keeps the row at
-- its size, so that most changes are written in place.
CREATE TABLE profiles (
  key INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  id INTEGER NOT NULL,
  version INTEGER NOT NULL,
  attributes TEXT NOT NULL,
  provenance TEXT NOT NULL,
  tags TEXT NOT NULL,
  identifiers TEXT NOT NULL,
  phone TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  last_event INTEGER,
  removed_at INTEGER
) STRICT;

-- `phone` repeats the attribute, because vendors search by it and an index on an expression would
-- read the whole document on every write.
CREATE INDEX profiles_by_phone ON profiles (workspace_id, phone) WHERE phone IS NOT NULL;

-- For lists by age; written when a profile is made, at the end of the index, and never after.
CREATE INDEX profiles_by_created ON profiles (workspace_id, created_at);

-- How many ids of each block of 1,024 are no living profile's; a block without a row has none. As
-- ids are given out one after the other, this tells where any page of the list begins.
CREATE TABLE profile_gaps (
  workspace_id INTEGER NOT NULL,
  block INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, block)
) STRICT, WITHOUT ROWID;

-- What living profiles are found by: their tags, and of the workspace's `indexedAttributes` the
-- values. What is found is compared in full, so a value may be cut short. `ids` says who of a block
-- of 4,096 ids is entered: a list of two bytes each, or a bit map as soon as that is shorter (see
-- id-set.ts). So a term that a million people share is 245 rows, and lists of such terms are
-- counted and combined without a look at anybody.
CREATE TABLE profile_terms (
  workspace_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  block INTEGER NOT NULL,
  ids BLOB NOT NULL,
  PRIMARY KEY (workspace_id, kind, name, value, block)
) STRICT, WITHOUT ROWID;

-- How the shown names of living profiles begin, as they are compared. Entered in the background, up
-- to where `roll_ups` says events are counted; so writing a person costs none of it, and who was
-- renamed since is read from the log.
CREATE TABLE shown_names (
  key INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  name TEXT NOT NULL
) STRICT;

CREATE INDEX shown_names_by_name ON shown_names (workspace_id, name);

-- Names that were put into the setting and whose profiles up to `filled_id` are entered; at -1 what
-- an earlier index left has to go first. Or that were taken out of it, and whose terms are still to
-- go. An index without a row here is complete.
CREATE TABLE index_fills (
  workspace_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  filled_id INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, name)
) STRICT, WITHOUT ROWID;

-- What dialects keep besides profiles. `parent` is empty where there is none.
CREATE TABLE records (
  key INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  parent TEXT NOT NULL,
  name TEXT,
  subject INTEGER,
  body TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX records_by_parent ON records (workspace_id, kind, parent, id);
CREATE UNIQUE INDEX records_by_name ON records (workspace_id, kind, parent, name)
  WHERE name IS NOT NULL;
CREATE INDEX records_by_subject ON records (workspace_id, subject, kind, id)
  WHERE subject IS NOT NULL;

-- Who holds an identifier, and who held it once, side by side: one page for all of them. `holder`
-- is 0 for the owner, so that the key itself allows only one; the profile's id for others who have
-- the value; and the negative of it for those who had it. Where such a profile was removed,
-- `removed_at` says when: events older than that may not bring the person back.
CREATE TABLE profile_identifiers (
  workspace_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  holder INTEGER NOT NULL,
  profile_id INTEGER NOT NULL,
  removed_at INTEGER,
  PRIMARY KEY (workspace_id, kind, value, holder)
) STRICT, WITHOUT ROWID;

-- `previous` chains the events about one profile, newest first, from `profiles.last_event`. An
-- index by subject would cost each event one more page at a random place; the chain costs none.
CREATE TABLE events (
  key INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  id INTEGER NOT NULL,
  type TEXT NOT NULL,
  subject INTEGER,
  previous INTEGER,
  occurred_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  source TEXT NOT NULL,
  token_id INTEGER,
  request_id TEXT,
  cause_event INTEGER,
  cause_rule TEXT,
  cause_depth INTEGER,
  attributes TEXT NOT NULL,
  changes TEXT NOT NULL,
  dropped TEXT NOT NULL,
  identifiers TEXT NOT NULL,
  found_by TEXT,
  idempotency_key TEXT
) STRICT;

-- One in 61 of the events about somebody, whichever they are: from the next of them the chain leads
-- back to any place in a long history, which it would otherwise have to be followed to. Chosen by
-- what no caller chooses, and so rare that writing an event costs hardly more for it.
CREATE INDEX events_milestones ON events (workspace_id, subject)
  WHERE subject IS NOT NULL AND (id + received_at) % 61 = 0;

-- By what caused them: few events have a cause, and theirs is a late one.
CREATE INDEX events_by_cause ON events (workspace_id, cause_event) WHERE cause_event IS NOT NULL;

-- What events named that their subject does not hold, or that have no subject: so events about a
-- person from before there was a profile are found. The others are on their subject's chain.
CREATE TABLE event_identifiers (
  workspace_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  event_id INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, kind, value, event_id)
) STRICT, WITHOUT ROWID;

-- What events are found by: their type, what they came through, the rule that caused them. `ids`
-- is as with profile_terms. Entered in the background, up to where `roll_ups` says they are
-- counted; so writing an event costs none of it, and what is newer is read from the log.
CREATE TABLE event_terms (
  workspace_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  block INTEGER NOT NULL,
  ids BLOB NOT NULL,
  PRIMARY KEY (workspace_id, kind, value, block)
) STRICT, WITHOUT ROWID;

-- The events of who has very many, and what they are found by, as storage/search/long-history.ts
-- writes them: so many of them a row. Entered with the terms, up to the last of a person's
-- milestones; what is newer is read from the log.
CREATE TABLE histories (
  workspace_id INTEGER NOT NULL,
  subject INTEGER NOT NULL,
  first_event INTEGER NOT NULL,
  last_event INTEGER NOT NULL,
  kinds TEXT NOT NULL,
  events TEXT NOT NULL,
  PRIMARY KEY (workspace_id, subject, first_event)
) STRICT, WITHOUT ROWID;
CREATE INDEX histories_by_last ON histories (workspace_id, last_event);

-- How many events there were from a minute on, counted from 1970, by type and source; made of the
-- log in the background. `span` is how many minutes are counted together: one, an hour of them and
-- a day of them, each for all of the log. `last_minute` is the last that had one, and `roll_ups`
-- says how far all of it goes.
CREATE TABLE event_counts (
  workspace_id INTEGER NOT NULL,
  span INTEGER NOT NULL,
  minute INTEGER NOT NULL,
  type TEXT NOT NULL,
  source TEXT NOT NULL,
  count INTEGER NOT NULL,
  last_minute INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, span, minute, type, source)
) STRICT, WITHOUT ROWID;

-- How many deliveries were planned, by rule and destination; made in the same way.
CREATE TABLE delivery_counts (
  workspace_id INTEGER NOT NULL,
  span INTEGER NOT NULL,
  minute INTEGER NOT NULL,
  rule TEXT NOT NULL,
  destination TEXT NOT NULL,
  count INTEGER NOT NULL,
  last_minute INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, span, minute, rule, destination)
) STRICT, WITHOUT ROWID;

-- How many deliveries ended, by destination and the state in which they were over. They
-- are counted in the order of time: all that ended up to `counted_to`, of all workspaces together.
CREATE TABLE end_counts (
  workspace_id INTEGER NOT NULL,
  span INTEGER NOT NULL,
  minute INTEGER NOT NULL,
  destination TEXT NOT NULL,
  state TEXT NOT NULL,
  count INTEGER NOT NULL,
  last_minute INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, span, minute, destination, state)
) STRICT, WITHOUT ROWID;

-- What is amiss with what comes in, by token, source and kind, in the same way as the counts of
-- events and in their transaction. `event_id` is the latest it is about; 0 stands for no token.
CREATE TABLE ingest_warnings (
  workspace_id INTEGER NOT NULL,
  token_id INTEGER NOT NULL,
  source TEXT NOT NULL,
  kind TEXT NOT NULL,
  count INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, token_id, source, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE end_roll_up (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  counted_to INTEGER NOT NULL
) STRICT;

INSERT INTO end_roll_up (one, counted_to) VALUES (1, 0);

CREATE TABLE roll_ups (
  workspace_id INTEGER PRIMARY KEY,
  last_event_id INTEGER NOT NULL,
  last_delivery_id INTEGER NOT NULL
) STRICT;

-- What calls that came with an idempotency key came to, so that a repeat is answered alike.
CREATE TABLE idempotency (
  workspace_id INTEGER NOT NULL,
  token_id INTEGER NOT NULL,
  route TEXT NOT NULL,
  key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  outcome TEXT NOT NULL,
  profile_id INTEGER,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, token_id, route, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_by_age ON idempotency (created_at);

-- By what those who were erased are known again: a keyed hash of each identifier they had.
-- `receipt` is the entry of the audit trail, once the erasure came to its end.
CREATE TABLE erased_identifiers (
  workspace_id INTEGER NOT NULL,
  hash TEXT NOT NULL,
  profile_id INTEGER NOT NULL,
  receipt INTEGER,
  PRIMARY KEY (workspace_id, hash, profile_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX erased_identifiers_open ON erased_identifiers (workspace_id, profile_id)
  WHERE receipt IS NULL;

-- The attribute and tag names a workspace has used, with the small number vendors show for them
-- and the time of their first use.
CREATE TABLE names (
  workspace_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  id INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, kind, name)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX names_by_id ON names (workspace_id, kind, id);

-- Runs of rules that waited or failed. A rule reacts to an event once, so the two are the key.
-- `due_at` is set as long as a run waits, and `ended_at` from then on. `seen` is what the run keeps
-- of its event, which may be deleted for its age meanwhile.
CREATE TABLE runs (
  workspace_id INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  rule TEXT NOT NULL,
  version INTEGER NOT NULL,
  subject INTEGER,
  state TEXT NOT NULL,
  cursor TEXT NOT NULL,
  due_at INTEGER,
  reason TEXT,
  detail TEXT,
  ended_by INTEGER,
  began_at INTEGER NOT NULL,
  ended_at INTEGER,
  seen TEXT NOT NULL,
  log TEXT NOT NULL,
  PRIMARY KEY (workspace_id, event_id, rule)
) STRICT;

CREATE INDEX runs_by_due ON runs (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX runs_by_rule ON runs (workspace_id, rule, version) WHERE due_at IS NOT NULL;
CREATE INDEX runs_by_subject ON runs (workspace_id, subject, rule) WHERE subject IS NOT NULL;
-- For lists of what one of these has. Most runs come to be done, and leave the second then.
CREATE INDEX runs_of_rule ON runs (workspace_id, rule, event_id);
CREATE INDEX runs_by_state ON runs (workspace_id, state, event_id DESC, rule)
  WHERE state <> 'done';
CREATE INDEX runs_by_end ON runs (ended_at) WHERE ended_at IS NOT NULL;

-- How often a rule ran for a person in a minute, counted from 1970; only the latest is kept.
CREATE TABLE rule_counts (
  workspace_id INTEGER NOT NULL,
  subject INTEGER NOT NULL,
  rule TEXT NOT NULL,
  minute INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, subject, rule)
) STRICT, WITHOUT ROWID;

CREATE INDEX rule_counts_by_minute ON rule_counts (minute);

-- Where external actions send to. Secrets are sealed. What one node must know of what the others do
-- stands here too: the breaker, and the calls that are left of the rate.
CREATE TABLE destinations (
  workspace_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  definition TEXT NOT NULL,
  state TEXT NOT NULL,
  state_reason TEXT,
  signing_secret TEXT,
  previous_secret TEXT,
  previous_until INTEGER,
  auth_secret TEXT,
  breaker_failures INTEGER NOT NULL,
  breaker_open_until INTEGER,
  breaker_opened INTEGER NOT NULL,
  breaker_probe_at INTEGER,
  rate_calls REAL,
  rate_at INTEGER,
  failed_in_row INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, name)
) STRICT, WITHOUT ROWID;

-- What happened to destinations and is not in the event log yet; of a delivery that is dead, its id
-- and as JSON what is told of it.
CREATE TABLE destination_notices (
  key INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  destination TEXT NOT NULL,
  kind TEXT NOT NULL,
  reason TEXT,
  at INTEGER NOT NULL,
  delivery INTEGER NOT NULL,
  death TEXT
) STRICT;

-- What is owed to destinations. `place` is the order within a lane and is set as long as a delivery
-- is not over: the lowest of (workspace, destination, subject) is pending or claimed, the rest is
-- queued. `wake_at` is when a pending one is due and when the lease of a claimed one ends. Tries of
-- the schedule are counted from `tries_from`, which a redelivery sets and a try that was not one
-- moves on. What is large comes last, so that the rest is read without it.
CREATE TABLE deliveries (
  key INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  id INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  subject INTEGER,
  state TEXT NOT NULL,
  place INTEGER,
  wake_at INTEGER,
  lease INTEGER NOT NULL DEFAULT 0,
  attempt_count INTEGER NOT NULL,
  tries_from INTEGER NOT NULL DEFAULT 0,
  planned_at INTEGER NOT NULL,
  ended_at INTEGER,
  destination TEXT NOT NULL,
  rule TEXT NOT NULL,
  version INTEGER NOT NULL,
  step TEXT NOT NULL,
  action TEXT NOT NULL,
  reason TEXT,
  detail TEXT,
  request TEXT,
  seen TEXT NOT NULL
) STRICT;

-- One index for what is due and for leases that end: a claim looks at both, by destination.
CREATE INDEX deliveries_by_wake ON deliveries (workspace_id, destination, state, wake_at)
  WHERE wake_at IS NOT NULL;
-- Lanes, and everything about one person: a delivery costs one page at a random place and not two.
CREATE INDEX deliveries_by_lane ON deliveries (workspace_id, subject, destination, place)
  WHERE subject IS NOT NULL;
CREATE INDEX deliveries_by_event ON deliveries (workspace_id, event_id);
CREATE INDEX deliveries_by_end ON deliveries (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX deliveries_queued ON deliveries (workspace_id, destination) WHERE state = 'queued';
-- By destination and reason, as dead letters are grouped, and by id, as they are listed.
CREATE INDEX deliveries_dead ON deliveries (workspace_id, destination, reason, planned_at)
  WHERE state = 'dead';
CREATE INDEX deliveries_dead_by_id ON deliveries (workspace_id) WHERE state = 'dead';
CREATE INDEX deliveries_cancelled ON deliveries (workspace_id) WHERE state = 'cancelled';
-- For lists by one of these alone. Each is written where it was written last: rules are few, times
-- go up, and a reason is had by what failed.
CREATE INDEX deliveries_by_rule ON deliveries (workspace_id, rule);
CREATE INDEX deliveries_by_destination ON deliveries (workspace_id, destination);
CREATE INDEX deliveries_by_planned ON deliveries (workspace_id, planned_at);
CREATE INDEX deliveries_by_reason ON deliveries (workspace_id, reason) WHERE reason IS NOT NULL;

CREATE TABLE attempts (
  workspace_id INTEGER NOT NULL,
  delivery_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  worker TEXT NOT NULL,
  began_at INTEGER NOT NULL,
  ended_at INTEGER,
  sent TEXT,
  outcome TEXT,
  PRIMARY KEY (workspace_id, delivery_id, number)
) STRICT;
