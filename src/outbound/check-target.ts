import { isIP } from 'node:net'
import type { AddressGuard } from './address-guard.ts'

export type Target =
  | { kind: 'ok'; url: URL }
  | {
      kind: 'refused'
      code: 'bad_url' | 'port_refused' | 'address_refused'
      message: string
    }

/**
 * Ports that browsers will not speak HTTP to, since what listens there takes a request for its own
 * commands: mail, file transfer, shells and the like.
 *
 * Source: the "bad port" list of the Fetch standard, section 2.9.
 */
const badPorts: ReadonlySet<number> = new Set([
  ...[0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101],
  ...[102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389],
  ...[427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636],
  ...[989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665],
  ...[6666, 6667, 6668, 6669, 6679, 6697, 10080],
])

const urlLengthMax = 2_048

/**
 * What can be said of an address before a connection is opened: http or https, no name and password
 * in it, a port that may speak HTTP, and, where it is an IP literal in whatever spelling, one that
 * the guard lets pass. The URL that is handed back is the one to use, so that nothing is read twice
 * and differently.
 */
export function checkTarget(text: string, allowPrivate: boolean, guard: AddressGuard): Target {
  if (text.length > urlLengthMax) return refuse('bad_url', 'The address is too long.')
  const url = URL.parse(text)
  if (!url) return refuse('bad_url', 'The address is not a URL.')
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return refuse('bad_url', `The address must begin with http: or https:, not ${url.protocol}`)
  }
  if (url.username !== '' || url.password !== '') {
    return refuse('bad_url', 'The address must not hold a name or password.')
  }
  if (url.port !== '' && badPorts.has(Number(url.port))) {
    return refuse('port_refused', `Port ${url.port} belongs to another service than HTTP.`)
  }
  const literal = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname
  if (isIP(literal) !== 0 && !guard.allows(literal, allowPrivate)) {
    return refuse('address_refused', refusedAddress(literal))
  }
  return { kind: 'ok', url }
}

export function refusedAddress(address: string): string {
  return `The address ${address} is not one this destination may reach.`
}

function refuse(code: 'bad_url' | 'port_refused' | 'address_refused', message: string): Target {
  return { kind: 'refused', code, message }
}
