/**
 * The limits of what may be stored. They hold for every dialect, the native API and the command
 * line alike; those of the listener (bytes, seconds, connections) are options in `config`.
 */
export const limits = {
  /** Events or profiles in one call with many; each of them is held to what one alone is. */
  bulkEntriesMax: 1_000,
  /** Calls of the native API in a minute, for a token that is held to limits. */
  nativeCallsMax: 600,
  /** For any other token: calls at once, and how many more there may be a second. */
  nativeBurstMax: 100_000,
  nativeCallsPerSecondMax: 10_000,
  /** Answers that go on and on, at a time, in one process. */
  streamsMax: 200,
  /** Nesting of a JSON value; the outermost object counts as 1. */
  jsonDepthMax: 32,
  /** Names and list entries in one body, at all depths together. */
  jsonKeysMax: 2_000,
  /** UTF-16 code units in one string. */
  stringLengthMax: 65_536,
  /** UTF-16 code units in an attribute's, tag's or event type's name. */
  nameLengthMax: 128,
  /** UTF-16 code units in an identifier's value. */
  identifierLengthMax: 512,
  /** Attributes stored on one profile, cleared ones that keep their time included. */
  attributesPerProfileMax: 1_000,
  /** Entries that an attribute's list may grow to, one by one. */
  listEntriesMax: 1_000,
  /** Tags on one profile. */
  tagsPerProfileMax: 500,
  /** How long a chain of rules may grow before it is cut with a recorded event. */
  ruleDepthMax: 8,
  /** Events one command may cause, so that a wide fan of rules stays bounded too. */
  eventsPerCommandMax: 64,
  /** Profiles one command may merge into another. */
  mergedPerCommandMax: 50,
  /** Identifiers of a kind, and ids of merged profiles; beyond, a merge looks like a mistake. */
  mergedIdentifiersMax: 10,
  /** The same of a kind that is linked on purpose, such as a website's sessions. */
  linkedIdentifiersMax: 100,
  mergedProfilesMax: 100,
  /** Deliveries one command may plan. */
  deliveriesPerCommandMax: 256,
  /** Rules in one workspace. */
  rulesPerWorkspaceMax: 200,
  /** How often a rule with waits, or one that reaches further, runs for one person in a minute. */
  ruleRunsPerMinuteMax: 60,
  /** How often a decision may ask for more state before it is refused. */
  decideRoundsMax: 32,
  /** Steps of one rule, those of every `otherwise` included. */
  stepsPerRuleMax: 50,
  /** How deep one `otherwise` may lie in another. */
  otherwiseDepthMax: 4,
  /** The longest wait of one step, in days. */
  waitDaysMax: 731,
  /** The longest that a workspace keeps events by a time of its own, in days. */
  eventDaysMax: 36_500,
  /** Claims without an attempt after which a fault of Roster's own makes a delivery dead. */
  deliveryFaultsMax: 20,
  /** Deaths of deliveries that one process tells of in a minute, each of another kind. */
  deadToldPerMinuteMax: 100,
  /** Bytes in the body of a delivery. */
  deliveryBodyBytesMax: 262_144,
  /** Deliveries that one call of an operator sends again or ends. */
  deliveriesMovedMax: 10_000,
  /** Test calls to destinations under way at a time, in one process. */
  destinationTestsMax: 8,
  /** Events that one call looks at to replay a rule, and runs that it begins. */
  replayLookedMax: 2_000,
  replayBegunMax: 500,
  /** Changes by operators that are gone through to tell when a rule was not at work. */
  replayChangesMax: 10_000,
  /** Destinations in one workspace. */
  destinationsPerWorkspaceMax: 100,
  /** How far deliveries are counted that wait or are dead: of one destination, and of all. */
  deliveriesPerDestinationCountedMax: 10_000,
  deliveriesPerDestinationCountedMin: 100,
  deliveriesCountedMax: 100_000,
  /** UTF-16 code units kept of a body that an attempt sent or was answered with. */
  attemptBodyKeptMax: 16_384,
  /** Headers kept of an attempt, and UTF-16 code units kept of each value. */
  attemptHeadersKeptMax: 64,
  attemptHeaderKeptMax: 1_024,
  /** UTF-16 code units kept of a failure's message, a reason's detail or an address. */
  attemptTextKeptMax: 2_048,
  /** UTF-16 code units in the pattern of `matches`, and how many instructions it may become. */
  patternLengthMax: 256,
  patternSizeMax: 500,
  /** UTF-16 code units in a text that `matches` looks at; a longer one does not match. */
  matchedLengthMax: 10_000,
  /** Profiles, events or records in one page of a list. */
  pageMax: 1_000,
  /** The same of a list of nothing but ids. */
  idPageMax: 10_000,
  /** Attributes of a workspace that are indexed. */
  indexedAttributesMax: 20,
  /** UTF-16 code units in the body of a record as JSON, and records written by one command. */
  recordLengthMax: 262_144,
  recordsPerCommandMax: 1_000,
  /** Records found at once about people that are named. */
  recordsOfPeopleMax: 10_000,
  /** How far a caller's `occurred_at` may lie ahead of the store's clock, in milliseconds. */
  futureMsMax: 5 * 60_000,
} as const
