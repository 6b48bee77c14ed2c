import { connectionHeaders, signatureHeaders } from './header-names.ts'
import { limits } from './limits.ts'
import type { DeliveryRequest } from './planned-delivery.ts'

export const requestMethods = ['POST', 'PUT', 'PATCH', 'DELETE', 'GET'] as const

/** What an operator wants otherwise; what is left out stays as it was. */
export interface RequestEdit {
  method?: DeliveryRequest['method'] | undefined
  /** By their names in small letters; null drops one. */
  headers?: { readonly [name: string]: string | null } | undefined
  body?: string | undefined
}

/** With one of these the call could not be made, it is Roster's own, or a secret would be kept. */
const refusedHeaders: readonly string[] = [
  ...[...connectionHeaders, ...signatureHeaders, 'authorization', 'cookie'],
]

/** The request as edited, or the first thing that is wrong with the edit. */
export function editRequest(
  request: DeliveryRequest | null,
  { method = request?.method ?? 'POST', headers = {}, body: given }: RequestEdit,
): DeliveryRequest | { wrong: { field: string; message: string } } {
  if (request === null && given === undefined && method !== 'GET') {
    return { wrong: { field: 'body', message: 'Must be given: nothing was rendered yet.' } }
  }
  const all = { ...(request?.headers ?? { 'content-type': 'application/json' }) }
  for (const [name, value] of Object.entries(headers)) {
    const message = headerFault(name, value)
    if (message !== null) return { wrong: { field: `headers.${name}`, message } }
    if (value === null) delete all[name]
    else all[name] = value
  }
  const body = method === 'GET' ? null : (given ?? request?.body ?? null)
  const message = bodyFault(body, all['content-type'] ?? '')
  return message === null ? { method, headers: all, body } : { wrong: { field: 'body', message } }
}

function headerFault(name: string, value: string | null): string | null {
  if (refusedHeaders.includes(name)) {
    return "is the connection's, the signature's, or a secret, which belongs to the destination."
  }
  if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) return 'is no name of a header in small letters.'
  return value === null || /^[\t\x20-\x7e]*$/.test(value) ? null : 'must have a value in ASCII.'
}

function bodyFault(body: string | null, contentType: string): string | null {
  if (body === null) return null
  const bytes = new TextEncoder().encode(body).length
  const most = limits.deliveryBodyBytesMax
  if (bytes > most) return `has ${bytes} bytes; at most ${most} are sent.`
  if (body.includes('\0')) return 'holds a NUL character.'
  if (!/[/+]json(;|$)/i.test(contentType)) return null
  try {
    JSON.parse(body)
    return null
  } catch (error) {
    return `is to be JSON and is not: ${(error as Error).message}.`
  }
}
