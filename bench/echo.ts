import Fastify from 'fastify'
import { scenarios } from './scenarios.ts'

/** What the bare server answers on one route: bytes, status and headers that Roster answered. */
export interface EchoAnswer {
  status: number
  headers: { [name: string]: string }
  body: string
}

/*
 * The yardstick: Fastify with the same body, checked against the same schema, and the same answer.
 * It reads no token, stores nothing and logs nothing. The answers come in its first argument.
 */
const answers = JSON.parse(process.argv[2] ?? '[]') as EchoAnswer[]
const server = Fastify()
for (const [index, scenario] of scenarios.entries()) {
  const answer = answers[index]
  if (!answer) continue
  server.route({
    method: scenario.method,
    url: scenario.route,
    ...(scenario.body === null ? {} : { schema: { body: scenario.body } }),
    handler: (_, reply) => reply.code(answer.status).headers(answer.headers).send(answer.body),
  })
}
process.stdout.write(`${await server.listen({ host: '127.0.0.1', port: 0 })}\n`)
process.on('SIGTERM', () => process.exit(0))
