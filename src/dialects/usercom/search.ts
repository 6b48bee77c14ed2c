import type { DialectRequest, DialectResponse, Question, ReadEndpoint } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { assertText } from '../../core/normalise.ts'
import { canonicalEmail, EMAIL, type Profile } from '../../core/profile.ts'
import { keysOfKey } from './shown-ids.ts'
import { renderUser } from './user-object.ts'
import { versionOf } from './version.ts'

/**
 * `GET /users/search/` by e-mail, key or phone number (wire notes 6.4). Who asks for one user and
 * gets none gets an empty body with the 404: shops test for exactly that.
 */
export const search: ReadEndpoint = {
  method: 'GET',
  path: '/users/search',
  scope: 'profiles:read',
  toQuestion(request) {
    const wanted = wantedBy(request)
    const limit = wanted.shape === 'one' ? 1 : foundMax
    if (wanted.text === '') return nobody
    switch (wanted.by) {
      case 'email':
        return { identifier: { kind: EMAIL, value: canonicalEmail(wanted.text) }, limit }
      case 'key':
        return { keys: keysOfKey(wanted.text, request.workspace) }
      case 'phone_number':
        return { phones: [...new Set([wanted.text, wanted.plusKept])], limit }
    }
  },
  toAnswer(found, request, view) {
    const wanted = wantedBy(request)
    const version = versionOf(request)
    const render = (profile: Profile) => renderUser(profile, version, request.workspace, view)
    if (wanted.shape === 'list') return { status: 200, body: found.map(render) }
    if (wanted.shape === 'page') return page(found, wanted, request, render)
    const first = found[0]
    return first ? { status: 200, body: render(first) } : { status: 404 }
  },
}

const searchable = ['email', 'key', 'phone_number'] as const
const nobody: Question = { keys: [] }
const pageLength = 100
/** How many users one address or number may find; a bound on the answer, far above real ones. */
const foundMax = 1_000

interface Wanted {
  by: (typeof searchable)[number]
  /** Empty text matches nobody: shops ask `?key=` for visitors without a cookie. */
  text: string
  /** The same with `+` read as itself, which is how some clients send phone numbers. */
  plusKept: string
  shape: 'one' | 'list' | 'page'
  page: string
}

function wantedBy(request: DialectRequest): Wanted {
  const given = parameters(request.query)
  const by = searchable.find((name) => given.has(name))
  if (by === undefined) throw notServed([...given.keys()])
  const { text, plusKept } = given.get(by) ?? nothing
  assertText(by, text, limits.identifierLengthMax)
  const many = /^(true|1)$/i.test(given.get('many')?.text ?? '')
  const paged = by === 'phone_number' && versionOf(request) === 2
  return {
    by,
    // No address has a blank in it, so there `+` can only have meant itself.
    text: by === 'email' && text.includes(' ') ? plusKept : text,
    plusKept,
    shape: by === 'email' && many ? 'list' : paged ? 'page' : 'one',
    page: given.get('page')?.text ?? '1',
  }
}

const nothing = { text: '', plusKept: '' }

/** The last value of each parameter, without the one `/` that some clients put behind the query. */
function parameters(query: string): Map<string, { text: string; plusKept: string }> {
  const given = new Map<string, { text: string; plusKept: string }>()
  for (const pair of query.split('&')) {
    if (pair === '' || pair === '/') continue
    const [name = '', ...rest] = pair.split('=')
    const value = rest.join('=').replace(/\/$/, '')
    given.set(decode(name), { text: decode(value.replaceAll('+', ' ')), plusKept: decode(value) })
  }
  return given
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    throw new Fault('malformed_path', {
      message: 'The query is not validly percent-encoded.',
      cause: error,
    })
  }
}

function notServed(names: readonly string[]): Fault {
  const served = 'Users can be searched by email, key or phone_number'
  const asked = names[0]?.slice(0, limits.nameLengthMax)
  return new Fault('malformed_request', {
    message:
      asked === undefined ? `${served}.` : `${served}; a search by "${asked}" is not served.`,
  })
}

/** Page numbers in absolute addresses, as recorded: clients follow them or read `page=` out. */
function page(
  found: readonly Profile[],
  wanted: Wanted,
  request: DialectRequest,
  render: (profile: Profile) => JsonObject,
): DialectResponse {
  const pages = Math.max(Math.ceil(found.length / pageLength), 1)
  const number = /^[1-9]\d{0,5}$/.test(wanted.page) ? Number(wanted.page) : 0
  if (number < 1 || number > pages) return { status: 404, body: { detail: 'Invalid page.' } }
  const start = `${request.baseUrl}/api/public/users/search/?phone_number=`
  const address = (at: number) => `${start}${encodeURIComponent(wanted.plusKept)}&page=${at}`
  return {
    status: 200,
    body: {
      count: found.length,
      next: number < pages ? address(number + 1) : null,
      previous: number > 1 ? address(number - 1) : null,
      results: found.slice((number - 1) * pageLength, number * pageLength).map(render),
    },
  }
}
