import { type LookupAddress, type LookupAllOptions, lookup as lookupHost } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import type { AddressGuard } from './address-guard.ts'
import { refusedAddress } from './check-target.ts'

/** Answers every address of a name, as `dns.lookup` does with `all`. */
export type LookupAll = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

export interface ConnectorOptions {
  guard: AddressGuard
  allowPrivate: boolean
  connectTimeoutMs: number
  /** The machine's own way to resolve names when left out. */
  lookup?: LookupAll | undefined
  /** Certificates to trust besides the usual ones, in PEM. */
  trustedCertificates?: string | undefined
  /** Told of each connection: the origin, and the address that was really dialled. */
  onConnect(origin: string, address: string): void
}

/** A connection that was not opened because of where it would have led. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED'
  readonly address: string

  constructor(address: string) {
    super(refusedAddress(address))
    this.name = 'AddressRefused'
    this.address = address
  }
}

/**
 * Opens connections for the client, to addresses the guard lets pass and to no others. A name is
 * resolved once, every answer is looked at, and one that is refused refuses them all; what passed
 * is what is dialled, so that a second answer of the name server cannot lead elsewhere. Literals,
 * which are not looked up, are checked here too, and so is the far end once it is connected.
 */
export function guardedConnector(options: ConnectorOptions): buildConnector.connector {
  const { guard, allowPrivate, onConnect } = options
  const connect = buildConnector({
    timeout: options.connectTimeoutMs,
    allowH2: false,
    autoSelectFamily: true,
    lookup: guardedLookup(options),
    ...(options.trustedCertificates === undefined ? {} : { ca: options.trustedCertificates }),
  })

  return (target, callback) => {
    const literal = target.hostname.replace(/^\[|\]$/g, '')
    if (isIP(literal) !== 0 && !guard.allows(literal, allowPrivate)) {
      callback(new AddressRefused(literal), null)
      return
    }
    connect(target, (...[error, socket]) => {
      if (error) {
        callback(error, null)
        return
      }
      const address = socket.remoteAddress ?? ''
      if (!guard.allows(address, allowPrivate)) {
        socket.destroy()
        callback(new AddressRefused(address), null)
        return
      }
      onConnect(`${target.protocol}//${target.host ?? target.hostname}`, address)
      callback(null, socket)
    })
  }
}

/** A `lookup` for `net.connect` that answers checked addresses alone. */
export function guardedLookup(
  options: Pick<ConnectorOptions, 'guard' | 'allowPrivate' | 'lookup'>,
): LookupFunction {
  const { guard, allowPrivate, lookup = lookupHost as LookupAll } = options
  return (hostname, wanted, callback) => {
    lookup(hostname, { ...wanted, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0)
      const refused = addresses.find(({ address }) => !guard.allows(address, allowPrivate))
      if (refused) return callback(new AddressRefused(refused.address), '', 0)
      const [first] = addresses
      if (!first) {
        const none: NodeJS.ErrnoException = new Error(`${hostname} has no address.`)
        none.code = 'ENOTFOUND'
        return callback(none, '', 0)
      }
      if (wanted.all) return callback(null, addresses)
      return callback(null, first.address, first.family)
    })
  }
}
