import ipaddr from 'ipaddr.js'

/** Where an address leads. Only `public` is reached without leave. */
export type AddressPlace = 'public' | 'inside' | 'never'

export interface AddressGuard {
  /** Where an IP address in any spelling leads; `never` for text that is none. */
  placeOf(address: string): AddressPlace
  /** Whether a destination may be reached there. */
  allows(address: string, allowPrivate: boolean): boolean
}

/**
 * What is not plain global unicast. `inside` (loopback, private, link-local) is reached where the
 * destination allows it; `never` is reached in no case: it leads nowhere, to many, through a
 * tunnel to somewhere else, or to the credentials of the machine.
 *
 * Source: the IANA registries of special-purpose addresses for IPv4 and IPv6.
 */
const denied: readonly (readonly [network: string, place: AddressPlace])[] = [
  // The services that hand a cloud machine its credentials, before the networks they are part of.
  ['169.254.169.254/32', 'never'],
  ['169.254.170.2/32', 'never'],
  ['169.254.170.23/32', 'never'],
  ['100.100.100.200/32', 'never'],
  ['fd00:ec2::/32', 'never'],
  ['fe80::a9fe:a9fe/128', 'never'],
  ['0.0.0.0/8', 'never'],
  ['10.0.0.0/8', 'inside'],
  ['100.64.0.0/10', 'inside'],
  ['127.0.0.0/8', 'inside'],
  ['169.254.0.0/16', 'inside'],
  ['172.16.0.0/12', 'inside'],
  ['192.0.0.0/24', 'never'],
  ['192.0.2.0/24', 'never'],
  ['192.88.99.0/24', 'never'],
  ['192.168.0.0/16', 'inside'],
  ['198.18.0.0/15', 'never'],
  ['198.51.100.0/24', 'never'],
  ['203.0.113.0/24', 'never'],
  ['224.0.0.0/4', 'never'],
  ['240.0.0.0/4', 'never'],
  ['::1/128', 'inside'],
  ['fc00::/7', 'inside'],
  ['fe80::/10', 'inside'],
  ['2001::/23', 'never'],
  ['2001:db8::/32', 'never'],
  ['2002::/16', 'never'],
  ['3fff::/20', 'never'],
]

/** All of IPv6 that is given out for use between networks; what lies outside is denied unlisted. */
const globalUnicast = '2000::/3'

/**
 * The guard in front of everything that goes out. `ownAddresses` are networks (`10.1.2.3/32`) that
 * nothing may reach, leave or not: the database's, the server's own.
 *
 * @throws Error for an entry of `ownAddresses` that is no network.
 */
export function createAddressGuard(ownAddresses: readonly string[] = []): AddressGuard {
  const own = ownAddresses.map((network) => [network, 'never'] as const)
  const networks = [...own, ...denied].map(([network, place]) => ({
    range: ipaddr.parseCIDR(network),
    place,
  }))
  const outside = ipaddr.parseCIDR(globalUnicast)

  function placeOf(address: string): AddressPlace {
    const parsed = parseAddress(address)
    if (!parsed) return 'never'
    // ::ffff:127.0.0.1 is 127.0.0.1 to the machine, so it is one here.
    const mapped = parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress()
    const plain = mapped ? parsed.toIPv4Address() : parsed
    for (const { range, place } of networks) {
      if (range[0].kind() === plain.kind() && plain.match(range)) return place
    }
    return plain.kind() === 'ipv4' || plain.match(outside) ? 'public' : 'never'
  }

  return {
    placeOf,
    allows(address, allowPrivate) {
      const place = placeOf(address)
      return place === 'public' || (place === 'inside' && allowPrivate)
    },
  }
}

/** Only the four-part decimal form of IPv4: the others are for `URL` to make plain first. */
function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const plain = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text
  // A zone names a network card of this machine, which is not for a destination to choose.
  if (plain.includes('%')) return null
  if (ipaddr.IPv4.isValidFourPartDecimal(plain)) return ipaddr.IPv4.parse(plain)
  // The library reads ::127.0.0.1 as if it were ::ffff:127.0.0.1; `URL` writes it as ::7f00:1.
  const host = URL.parse(`http://[${plain}]/`)?.hostname.slice(1, -1) ?? ''
  return ipaddr.IPv6.isValid(host) ? ipaddr.IPv6.parse(host) : null
}
