import Type from 'typebox'
import { destinationDefaults, destinationLimits, durationMs, parseRate } from './destination.ts'
import { type DataFault, explainErrors } from './explain-errors.ts'
import { connectionHeaders, headerNamePattern, signatureHeaders } from './header-names.ts'
import { isObject } from './json.ts'
import { limits } from './limits.ts'
import { checkAcceptable, checkNames, plainName } from './rule-schema.ts'
import type { Path } from './rule-schema-conditions.ts'

const closed = { additionalProperties: false }
const most = destinationLimits

const secretKeys = {
  env: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
      maxLength: limits.nameLengthMax,
      description: 'the name of an environment variable',
    }),
  ),
  file: Type.Optional(
    Type.String({ minLength: 1, maxLength: 4_096, description: 'the path of a file' }),
  ),
}

/** A call with its secret in one of these could never be made, or the signature takes its place. */
const takenHeaders = [...connectionHeaders, ...signatureHeaders, 'content-type']

const duration = Type.String({ description: 'a duration such as PT10S' })

const retrySchema = Type.Object(
  {
    first: Type.Optional(duration),
    factor: Type.Optional(
      Type.Number({ minimum: 1, maximum: most.factorMax, description: 'a number from 1 to 10' }),
    ),
    max: Type.Optional(duration),
    attempts: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: most.attemptsMax,
        description: 'a whole number from 1 to 50',
      }),
    ),
    jitter: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'a number from 0 to 1' }),
    ),
  },
  closed,
)

/** The form of a destination; what its words mean is checked besides. */
export const destinationSchema = Type.Object(
  {
    name: Type.String(plainName),
    type: Type.String({ description: 'the type of a destination' }),
    url: Type.String({ maxLength: 2_048, description: 'an address that begins with https:' }),
    secret: Type.Optional(Type.Object(secretKeys, closed)),
    auth: Type.Optional(
      Type.Object(
        {
          header: Type.String({
            pattern: headerNamePattern(takenHeaders),
            maxLength: limits.nameLengthMax,
            description:
              'the name of a header such as Authorization, and none of the body, the connection or the ' +
              `signature (${signatureHeaders.join(', ')})`,
          }),
          ...secretKeys,
        },
        closed,
      ),
    ),
    allow_private: Type.Optional(Type.Boolean({ description: 'true or false' })),
    concurrency: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: most.concurrencyMax,
        description: 'a whole number from 1 to 256',
      }),
    ),
    rate: Type.Optional(Type.String({ description: 'a rate such as 50/s, 100/m or 1000/h' })),
    timeout: Type.Optional(duration),
    begin_within: Type.Optional(duration),
    retry: Type.Optional(retrySchema),
  },
  closed,
)

/**
 * Everything that is wrong with a list of destinations as a person wrote it; empty when it may be
 * stored. Paths begin at the list. Whether an address may be reached shows when it is called.
 */
export function checkDestinations(destinations: unknown, types: readonly string[]): DataFault[] {
  if (!Array.isArray(destinations)) {
    return [{ path: [], message: 'Must be a list of destinations.' }]
  }
  const count = destinations.length
  if (count > limits.destinationsPerWorkspaceMax) {
    const allowed = `at most ${limits.destinationsPerWorkspaceMax} are allowed`
    return [{ path: [], message: `There are ${count} destinations; ${allowed}.` }]
  }
  const faults = destinations.flatMap((each, index) => checkDestination(each, [index], types))
  return [...faults, ...checkNames(destinations, 'destination')]
}

function checkDestination(entry: unknown, path: Path, types: readonly string[]): DataFault[] {
  const unacceptable = checkAcceptable(entry, path)
  if (unacceptable) return [unacceptable]
  const faults = explainErrors(destinationSchema, entry, path)
  if (!isObject(entry)) return faults
  if (typeof entry.type === 'string' && !types.includes(entry.type)) {
    const unknown = { word: entry.type, known: types }
    const message = `There is no destination of type "${entry.type}".`
    faults.push({ path: [...path, 'type'], message, unknown })
  }
  if (typeof entry.url === 'string') faults.push(...checkUrl(entry.url, [...path, 'url']))
  for (const key of ['secret', 'auth'] as const) {
    const source = entry[key]
    if (!isObject(source) || Object.hasOwn(source, 'env') !== Object.hasOwn(source, 'file'))
      continue
    faults.push({ path: [...path, key], message: 'Must have exactly one of "env", "file".' })
  }
  if (typeof entry.rate === 'string' && !parseRate(entry.rate)) {
    const message = 'Must be a rate such as 50/s, 100/m or 1000/h.'
    faults.push({ path: [...path, 'rate'], message })
  }
  if (typeof entry.timeout === 'string') {
    const [least, longest] = [most.timeoutMsMin, most.timeoutMsMax]
    faults.push(...checkSpan(entry.timeout, [...path, 'timeout'], least, longest, 'PT1S to PT60S'))
  }
  if (typeof entry.begin_within === 'string') {
    const at = [...path, 'begin_within']
    const [least, longest] = [most.beginWithinMsMin, most.beginWithinMsMax]
    faults.push(...checkSpan(entry.begin_within, at, least, longest, 'PT1S to P1D'))
  }
  return [...faults, ...checkRetry(entry.retry, [...path, 'retry'])]
}

function checkUrl(text: string, path: Path): DataFault[] {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return [{ path, message: 'Must be an address that begins with https: or http:.' }]
  }
  if (url.username === '' && url.password === '') return []
  const message = 'Must not hold a name or password; "auth" takes a header with a secret value.'
  return [{ path, message }]
}

function checkRetry(retry: unknown, path: Path): DataFault[] {
  if (!isObject(retry)) return []
  const { maxMsMax, firstMsMin } = most
  const faults = (['first', 'max'] as const).flatMap((key) => {
    const text = retry[key]
    if (typeof text !== 'string') return []
    return checkSpan(text, [...path, key], firstMsMin, maxMsMax, 'PT0.1S to P7D')
  })
  if (faults.length > 0) return faults
  const span = (key: 'first' | 'max') => {
    const text = retry[key]
    return durationMs(typeof text === 'string' ? text : destinationDefaults.retry[key]) ?? 0
  }
  if (span('first') <= span('max')) return []
  return [{ path, message: 'The first wait is longer than the longest, "max".' }]
}

function checkSpan(
  text: string,
  path: Path,
  least: number,
  longest: number,
  words: string,
): DataFault[] {
  const ms = durationMs(text)
  if (ms !== null && ms >= least && ms <= longest) return []
  return [{ path, message: `Must be a duration from ${words}.` }]
}
