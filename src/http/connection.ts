import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Dialect } from '../core/dialect.ts'
import type { Proof } from './authenticate.ts'
import type { Call } from './call.ts'

/** What is remembered of a connection between its requests. */
export interface Connection {
  requestCount: number
  /** The answer to the latest request; the answers to earlier ones go out before it. */
  newest: ServerResponse | null
  /** The request whose body is still arriving. */
  reading: Call | null
  /** Nothing that still arrives is looked at: the last answer is on its way. */
  closing: boolean
  /** What arrived is not HTTP; the rest of it says nothing. */
  broken: boolean
  /** The last `Host` that was looked at and found good, and the dialect it is bound to. */
  host: string | undefined
  bound: Dialect | null
  /** Whether the other side is a proxy whose word counts. */
  trusted: boolean
  /** Whether it is TLS. */
  encrypted: boolean
  /** Whether what arrives is looked at before it is parsed. */
  watched: boolean
  /** Whether a call waits in line to be parsed. */
  waiting: boolean
  /** When what is being parsed came in, where it waited in line and is not to be refused. */
  admittedAt: number | null
  /** Whether all that was answered on it was refused before it was parsed. */
  unparsed: boolean
  /** The credentials that were proved on it last. */
  proof: Proof | null
}

const connectionKey = Symbol('connection')

/** `isTrusted` is asked once, when the connection is new. */
export function connectionOf(
  socket: Socket,
  isTrusted: (socket: Socket) => boolean = () => false,
): Connection {
  const holder = socket as { [connectionKey]?: Connection }
  holder[connectionKey] ??= {
    requestCount: 0,
    newest: null,
    reading: null,
    closing: false,
    broken: false,
    host: undefined,
    bound: null,
    trusted: isTrusted(socket),
    encrypted: 'encrypted' in socket,
    watched: false,
    waiting: false,
    admittedAt: null,
    unparsed: false,
    proof: null,
  }
  return holder[connectionKey]
}
