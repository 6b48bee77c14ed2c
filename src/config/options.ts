/**
 * Every option of Roster. Each is one environment variable; a secret one may also be given as the
 * path of a file, under its name with `_FILE`. The table in `docs/operating.md` is made from this.
 */
export const options = {
  host: {
    name: 'ROSTER_HOST',
    type: 'text',
    default: '127.0.0.1',
    help: 'Address to listen on; `0.0.0.0` or `::` for every interface.',
  },
  port: {
    name: 'ROSTER_PORT',
    type: 'integer',
    min: 0,
    max: 65_535,
    default: 7678,
    help: 'Port to listen on; `0` takes any free one.',
  },
  tlsCert: {
    name: 'ROSTER_TLS_CERT',
    type: 'path',
    default: null,
    shownDefault: 'none: no TLS',
    help: 'Certificate, with its chain, as PEM; TLS is then served beside the plain port.',
  },
  tlsKey: {
    name: 'ROSTER_TLS_KEY',
    type: 'path',
    default: null,
    shownDefault: 'none',
    help: 'The private key of the certificate, as PEM.',
  },
  tlsPort: {
    name: 'ROSTER_TLS_PORT',
    type: 'integer',
    min: 0,
    max: 65_535,
    default: 7679,
    help: 'Port to listen on with TLS where there is a certificate; `0` takes any free one.',
  },
  hosts: {
    name: 'ROSTER_HOSTS',
    type: 'text',
    default: null,
    shownDefault: "the vendors' own names",
    help:
      'More host names that one dialect alone answers under: `DIALECT=NAME,*.NAME`, several with ' +
      'spaces between them.',
  },
  trustedProxies: {
    name: 'ROSTER_TRUSTED_PROXIES',
    type: 'text',
    default: null,
    shownDefault: 'none',
    help:
      'Addresses and networks of proxies whose `X-Forwarded-Proto` and `X-Forwarded-Host` count, ' +
      'for instance `127.0.0.1,10.0.0.0/8`.',
  },
  data: {
    name: 'ROSTER_DATA',
    type: 'path',
    default: './data',
    help: 'Folder of the embedded store and of what Roster writes beside it; made when missing.',
  },
  databaseUrl: {
    name: 'ROSTER_DATABASE_URL',
    type: 'text',
    default: null,
    shownDefault: '`roster.db` in the data folder',
    secret: true,
    help:
      'Where the store is: `sqlite:///var/lib/roster/roster.db`, or ' +
      '`postgres://user:password@host/database` for one or more nodes.',
  },
  databaseConnectionsMax: {
    name: 'ROSTER_DATABASE_CONNECTIONS_MAX',
    type: 'integer',
    min: 3,
    max: 1_000,
    default: 10,
    help: 'Most connections of this node to PostgreSQL at a time.',
  },
  queryMsMax: {
    name: 'ROSTER_QUERY_MS_MAX',
    type: 'integer',
    min: 10,
    max: 60_000,
    default: 2_000,
    help: 'How long a query may read on where no index leads, in milliseconds.',
  },
  eventDays: {
    name: 'ROSTER_EVENT_DAYS',
    type: 'integer',
    min: 0,
    max: 36_500,
    default: 0,
    help: 'Days that events are kept; `0` keeps them for ever. PostgreSQL drops whole months.',
  },
  idempotencyHours: {
    name: 'ROSTER_IDEMPOTENCY_HOURS',
    type: 'integer',
    min: 24,
    max: 8_760,
    default: 48,
    help: 'Hours that the answers to calls with an `Idempotency-Key` are kept.',
  },
  secretKey: {
    name: 'ROSTER_SECRET_KEY',
    type: 'hex',
    digits: 64,
    default: null,
    shownDefault: '`secret.key` in the data folder, made at the first start',
    secret: true,
    help: 'The key that signs and encrypts, for instance from `openssl rand -hex 32`.',
  },
  secretKeyPrevious: {
    name: 'ROSTER_SECRET_KEY_PREVIOUS',
    type: 'hex',
    digits: 64,
    default: null,
    shownDefault: 'none',
    secret: true,
    help: 'The key before `ROSTER_SECRET_KEY`: opens what it sealed, which is sealed anew at the start.',
  },
  worker: {
    name: 'ROSTER_WORKER',
    type: 'choice',
    values: ['on', 'off'],
    default: 'on',
    help: 'Whether `roster serve` goes on with runs and delivers too; `off` leaves it to `roster work`.',
  },
  deliveriesInFlightMax: {
    name: 'ROSTER_DELIVERIES_IN_FLIGHT_MAX',
    type: 'integer',
    min: 1,
    max: 10_000,
    default: 512,
    help: 'Most deliveries under way at a time, all destinations of this process together.',
  },
  deliveryLeaseMs: {
    name: 'ROSTER_DELIVERY_LEASE_MS',
    type: 'integer',
    min: 2_000,
    max: 25_000,
    default: 15_000,
    help:
      'How long the deliveries of a process that was killed are kept from the others, in ' +
      'milliseconds; calls may take longer.',
  },
  logLevel: {
    name: 'ROSTER_LOG_LEVEL',
    type: 'choice',
    values: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    default: 'info',
    help: 'Least important log lines to write; `info` has one line for each request.',
  },
  bodyBytesMax: {
    name: 'ROSTER_BODY_BYTES_MAX',
    type: 'integer',
    min: 1_024,
    max: 64 * 1_048_576,
    default: 1_048_576,
    help: 'Largest request body, in bytes.',
  },
  urlBytesMax: {
    name: 'ROSTER_URL_BYTES_MAX',
    type: 'integer',
    min: 256,
    max: 65_536,
    default: 8_192,
    help: 'Longest path and query, in bytes.',
  },
  headerBytesMax: {
    name: 'ROSTER_HEADER_BYTES_MAX',
    type: 'integer',
    min: 1_024,
    max: 1_048_576,
    default: 16_384,
    help: 'Largest header block of a request, in bytes.',
  },
  headersMax: {
    name: 'ROSTER_HEADERS_MAX',
    type: 'integer',
    min: 16,
    max: 2_000,
    default: 100,
    help: 'Most headers in a request.',
  },
  headersTimeoutMs: {
    name: 'ROSTER_HEADERS_TIMEOUT_MS',
    type: 'integer',
    min: 100,
    max: 600_000,
    default: 10_000,
    help: 'How long the headers of a request may take, in milliseconds.',
  },
  requestTimeoutMs: {
    name: 'ROSTER_REQUEST_TIMEOUT_MS',
    type: 'integer',
    min: 100,
    max: 3_600_000,
    default: 30_000,
    help: 'How long a whole request may take to arrive, in milliseconds.',
  },
  streamHeartbeatMs: {
    name: 'ROSTER_STREAM_HEARTBEAT_MS',
    type: 'integer',
    min: 100,
    max: 3_600_000,
    default: 15_000,
    help: 'How long an event stream is silent before it sends a comment, in milliseconds.',
  },
  keepAliveTimeoutMs: {
    name: 'ROSTER_KEEP_ALIVE_TIMEOUT_MS',
    type: 'integer',
    min: 100,
    max: 3_600_000,
    default: 75_000,
    help: 'How long an idle connection is kept, in milliseconds.',
  },
  requestsPerConnectionMax: {
    name: 'ROSTER_REQUESTS_PER_CONNECTION_MAX',
    type: 'integer',
    min: 0,
    max: 1_000_000_000,
    default: 1_000,
    help: 'Requests on one connection before it is closed; `0` for no limit.',
  },
  connectionsMax: {
    name: 'ROSTER_CONNECTIONS_MAX',
    type: 'integer',
    min: 1,
    max: 1_000_000,
    default: 10_000,
    help: 'Most connections at a time.',
  },
  callsMax: {
    name: 'ROSTER_CALLS_MAX',
    type: 'integer',
    min: 1,
    max: 100_000,
    default: 512,
    help: 'Most calls being served at a time; more are refused at once, to be tried again.',
  },
  bodiesBytesMax: {
    name: 'ROSTER_BODIES_BYTES_MAX',
    type: 'integer',
    min: 1_024,
    max: 10_737_418_240,
    default: 67_108_864,
    help: 'Most bytes of request bodies kept at a time; calls that bring more are refused.',
  },
  drainTimeoutMs: {
    name: 'ROSTER_DRAIN_TIMEOUT_MS',
    type: 'integer',
    min: 0,
    max: 600_000,
    default: 8_000,
    help: 'How long requests under way may take to finish after SIGTERM, in milliseconds.',
  },
} as const satisfies { [field: string]: Option }

/** One row of the table. */
export type Option = OptionBase &
  (
    | { type: 'text' | 'path'; default: string | null }
    | { type: 'hex'; digits: number; default: null }
    | { type: 'integer'; min: number; max: number; default: number }
    | { type: 'choice'; values: readonly string[]; default: string }
  )

interface OptionBase {
  /** The environment variable. */
  name: `ROSTER_${string}`
  /** What the documentation says in place of the default. */
  shownDefault?: string
  /** Never shown or logged; may be given as `<name>_FILE`. */
  secret?: true
  help: string
}
