import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, isIP, type Socket } from 'node:net'

/** Tells whether the other side of a connection may say what it was asked for by others. */
export type TrustedProxies = (socket: Socket) => boolean

/**
 * Reads the option: addresses and networks such as `10.0.0.0/8`, with commas between them.
 *
 * @throws Error naming what is neither.
 */
export function trustProxies(option: string | null): TrustedProxies {
  if (option === null) return () => false
  const list = new BlockList()
  for (const word of option.split(',').map((part) => part.trim())) {
    const [address = '', bits] = word.split('/')
    const family = isIP(address)
    const length = bits === undefined ? (family === 4 ? 32 : 128) : Number(bits)
    const fits = /^\d{1,3}$/.test(bits ?? '0') && length <= (family === 4 ? 32 : 128)
    if (family === 0 || !fits) {
      throw new Error(`ROSTER_TRUSTED_PROXIES: "${word}" is no address and no network.`)
    }
    list.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6')
  }
  return ({ remoteAddress = '' }) => {
    const plain = remoteAddress.replace(/^::ffff:(?=\d+\.)/, '')
    const family = isIP(plain)
    return family !== 0 && list.check(plain, family === 4 ? 'ipv4' : 'ipv6')
  }
}

/** What a trusted proxy says it was called by; undefined where it says nothing. */
export function forwarded(headers: IncomingHttpHeaders): { scheme?: string; host?: string } {
  const scheme = first(headers['x-forwarded-proto'])?.toLowerCase()
  const host = first(headers['x-forwarded-host'])
  return {
    ...(scheme === 'http' || scheme === 'https' ? { scheme } : {}),
    ...(host !== undefined && host !== '' ? { host } : {}),
  }
}

/** The client's own side comes first where several proxies added to it. */
function first(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value[0] : value
  return text?.split(',', 1)[0]?.trim()
}
