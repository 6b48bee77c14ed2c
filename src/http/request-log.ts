import { type Logger, symbols } from 'pino'
import type { Call } from './call.ts'
import type { Shell } from './shell.ts'

/**
 * One line for each answered request. The address, the query, headers and bodies stay out of it:
 * they hold tokens and people's data.
 */
export function logAnswer(call: Call, status: number, ms: number): void {
  const { route, access, shell } = call
  const level = route.quiet ? 'debug' : 'info'
  if (!shell.logger.isLevelEnabled(level)) return
  const where = route.dialect ? `,"dialect":"${route.dialect.id}"` : ''
  const who = access
    ? `,"workspace":${access.workspace.id},"token":"${access.token.publicPart}"`
    : ''
  // Put together by hand: through the logger a line costs 12 µs, where the whole request costs 100.
  // Nothing in it but the method comes from outside, so nothing else can need escaping.
  streamOf(shell.logger).write(
    `{"level":"${level}","time":${Date.now()},"request":"${call.id}"${where},"route":"${route.pattern}",` +
      `"method":${JSON.stringify(call.head.method)},"status":${status},` +
      `"ms":${Math.round(ms * 1_000) / 1_000}${who},"msg":"request"}\n`,
  )
}

function streamOf(logger: Logger): { write(line: string): void } {
  return (logger as unknown as { [symbols.streamSym]: { write(line: string): void } })[
    symbols.streamSym
  ]
}

/** Says how many calls were refused for overload since the last time. */
export function logRefused({ overload, logger }: Shell): void {
  const calls = overload.takeRefused()
  if (calls > 0) logger.warn({ calls }, 'calls refused: the server is busy')
}

/** What went wrong inside, with its stack, for the request that the operator can name by its id. */
export function logFailure(call: Call, error: unknown): void {
  const { route } = call
  call.shell.logger.error(
    { request: call.id, dialect: route.dialect?.id, route: route.pattern, error: describe(error) },
    'request failed',
  )
}

/** The message of a syntax error quotes the text that was read, so it stays out. */
export function describe(error: unknown): { [name: string]: unknown } {
  if (!(error instanceof Error)) return { name: typeof error }
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  return {
    name: error.name,
    code: 'code' in error ? error.code : undefined,
    message: error instanceof SyntaxError ? undefined : error.message,
    stack: frames.join('\n'),
    cause: error.cause === undefined ? undefined : describe(error.cause),
  }
}
