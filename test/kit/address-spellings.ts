/**
 * The many ways to write one IPv4 address in the host of a URL, some 140 of them: number bases and
 * part counts that resolvers take, digits of other scripts, the forms of IPv6 that carry it, and
 * what stands round a host to hide it.
 */
export function spellings(address: string): string[] {
  const bytes = address.split('.').map(Number)
  return [
    ...new Set([...numeric(bytes), ...written(address), ...inIpv6(bytes), ...hidden(address)]),
  ]
}

type Base = (value: number) => string

const bases: Base[] = [
  (value) => String(value),
  (value) => `0x${value.toString(16)}`,
  (value) => `0X${value.toString(16).toUpperCase()}`,
  (value) => `0${value.toString(8)}`,
  (value) => `000${value.toString(8)}`,
  (value) => `0x0000${value.toString(16)}`,
]

/** One to four parts, of which the last takes what is left; each part in a base of its own. */
function numeric(bytes: number[]): string[] {
  const found: string[] = []
  for (let count = 1; count <= 4; count++) {
    const tail = bytes.slice(count - 1).reduce((sum, byte) => sum * 256 + byte, 0)
    const parts = [...bytes.slice(0, count - 1), tail]
    for (const base of bases) {
      const text = parts.map(base).join('.')
      found.push(text, `${text}.`)
    }
    for (let first = 0; first < bases.length; first++) {
      found.push(
        parts.map((part, index) => bases[(first + index) % bases.length]?.(part)).join('.'),
      )
    }
  }
  return found
}

/** Other dots, digits of other scripts, and percent-encoding; all of them become plain digits. */
function written(address: string): string[] {
  const digits = (zero: number) =>
    address.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)))
  const encoded = [...address].map((char) => `%${char.charCodeAt(0).toString(16)}`).join('')
  return [
    ...['\u3002', '\uff0e', '\uff61'].map((dot) => address.replaceAll('.', dot)),
    ...[0xff10, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6].map(digits),
    address.replace(/[1-9]/g, (digit) => String.fromCodePoint(0x245f + Number(digit))),
    address.replace(/\d/g, (d) =>
      d === '0' ? '\u2070' : String.fromCodePoint(0x2080 + Number(d)),
    ),
    encoded,
    encoded.toUpperCase(),
    address.replaceAll('.', '%2e'),
    address.replaceAll('.', '%E3%80%82'),
    `${address.slice(0, 1)}\u00ad${address.slice(1)}`,
    `${address.slice(0, 1)}\u200b${address.slice(1)}`,
  ]
}

function inIpv6(bytes: number[]): string[] {
  const hex = (list: number[]) =>
    [0, 2].map((at) => (((list[at] ?? 0) << 8) | (list[at + 1] ?? 0)).toString(16)).join(':')
  const plain = bytes.join('.')
  const pair = hex(bytes)
  const padded = pair
    .split(':')
    .map((part) => part.padStart(4, '0'))
    .join(':')
  const turned = hex(bytes.map((byte) => byte ^ 0xff))
  const forms = [
    `::ffff:${plain}`,
    `::ffff:${pair}`,
    `0:0:0:0:0:ffff:${pair}`,
    `0000:0000:0000:0000:0000:ffff:${padded}`,
    `0::ffff:${plain}`,
    `::${plain}`,
    `::${pair}`,
    `0:0:0:0:0:0:${pair}`,
    `::ffff:0:${plain}`,
    `::ffff:0:${pair}`,
    `64:ff9b::${plain}`,
    `64:ff9b::${pair}`,
    `0064:ff9b:0:0:0:0:${pair}`,
    `64:ff9b:1::${plain}`,
    `64:ff9b:1:ffff::${pair}`,
    `2002:${pair}::`,
    `2002:${pair}::1`,
    `2002:${padded}:0:0:0:0:0:1`,
    `2001:0:4136:e378:8000:63bf:${turned}`,
    `2001:0:${pair}::1`,
    `fe80::5efe:${plain}`,
    `fec0::${pair}`,
    `100::${pair}`,
    `5f00::${pair}`,
    `ff02::${pair}`,
    `3fff::${pair}`,
    `2001:db8::${pair}`,
  ]
  return forms.flatMap((form) => [`[${form}]`, `[${form.toUpperCase()}]`])
}

function hidden(address: string): string[] {
  return [
    `user@${address}`,
    `user:word@${address}`,
    `:@${address}`,
    `public.example%40@${address}`,
    `public.example:80@${address}`,
    `public.example#@${address}`.replace('#', '%23'),
    `/${address}`,
    `///${address}`,
    `\\${address}`,
    `\t${address}`,
    `${address.slice(0, 2)}\n${address.slice(2)}`,
    ` ${address}`,
  ]
}
