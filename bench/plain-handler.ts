import Fastify from 'fastify'
import pg from 'pg'

/*
 * What a team would write for `update_or_create` on its own PostgreSQL: Fastify and pg with a pool
 * of 10. `three` has a transaction of three prepared statements, for the profile, the event and the
 * job; `cte` has the same in one statement. It reads no token and no rules, and does not log.
 * Arguments: the database, and which of the two.
 */
const [url, variant] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: url, max: 10 })
const columns =
  'user_id text PRIMARY KEY, attributes jsonb NOT NULL, updated_at timestamptz NOT NULL'
await pool.query(`
  CREATE TABLE IF NOT EXISTS plain_profiles (id bigint GENERATED ALWAYS AS IDENTITY, ${columns});
  CREATE TABLE IF NOT EXISTS plain_events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id text NOT NULL, attributes jsonb NOT NULL, received_at timestamptz NOT NULL);
  CREATE TABLE IF NOT EXISTS plain_jobs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id bigint NOT NULL, state text NOT NULL, run_at timestamptz NOT NULL)`)

const profile = `
  INSERT INTO plain_profiles (user_id, attributes, updated_at) VALUES ($1, $2, now())
  ON CONFLICT (user_id) DO UPDATE
  SET attributes = plain_profiles.attributes || excluded.attributes, updated_at = now()
  RETURNING id, (xmax = 0) AS created`
const event = `
  INSERT INTO plain_events (user_id, attributes, received_at) VALUES ($1, $2, now()) RETURNING id`
const job = `INSERT INTO plain_jobs (event_id, state, run_at) VALUES ($1, 'pending', now())`
const cte = `
  WITH profile AS (${profile}), event AS (${event}), job AS (
    INSERT INTO plain_jobs (event_id, state, run_at) SELECT id, 'pending', now() FROM event)
  SELECT id, created FROM profile`

type Body = { user_id: string }

async function three(values: unknown[]) {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const { rows } = await client.query({ name: 'profile', text: profile, values })
    const logged = await client.query({ name: 'event', text: event, values })
    await client.query({ name: 'job', text: job, values: [logged.rows[0].id] })
    await client.query('COMMIT')
    return rows[0]
  } finally {
    client.release()
  }
}

async function one(values: unknown[]) {
  return (await pool.query({ name: 'cte', text: cte, values })).rows[0]
}

const write = variant === 'cte' ? one : three
const string = { type: 'string' }
const server = Fastify()
server.post<{ Body: Body }>(
  '/api/public/users/update_or_create/',
  {
    schema: {
      body: {
        type: 'object',
        required: ['user_id'],
        properties: { user_id: string, first_name: string, last_name: string },
      },
      response: {
        200: {
          type: 'object',
          properties: { created: { type: 'boolean' }, id: { type: 'integer' } },
        },
      },
    },
  },
  ({ body }) => write([body.user_id, JSON.stringify(body)]),
)
process.stdout.write(`${await server.listen({ host: '127.0.0.1', port: 0 })}\n`)
process.on('SIGTERM', () => process.exit(0))
