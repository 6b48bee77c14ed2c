import { gzipSync } from 'node:zlib'
import { limits } from '../../src/core/limits.ts'
import type { Target } from './hostile-site.ts'
import type { WireRequest } from './http-client.ts'

/** The server under attack takes no body larger than this. */
export const bodyBytesMax = 262_144

/** Requests made from a good one by spoiling, or not, its body. */
export type MakeRequest = (target: Target) => WireRequest | WireRequest[]

export function json(target: Target, body: string | Buffer, headers: WireRequest['headers'] = {}) {
  const { method, path } = target
  const typed = { ...target.headers, 'content-type': 'application/json', ...headers }
  return { method, path, headers: typed, body }
}

/** The target's good body with attributes added where it takes them, as text. */
function withAttributes(target: Target, attributes: string): string {
  const body = JSON.stringify(target.body)
  return (
    body.slice(0, target.attributes === 'body' ? -1 : -2) +
    `,${attributes}` +
    (target.attributes === 'body' ? '}' : '}}')
  )
}

function nested(levels: number): string {
  return `${'['.repeat(levels)}1${']'.repeat(levels)}`
}

function keys(count: number): string {
  return Array.from({ length: count }, (_, n) => `"k${n}":1`).join(',')
}

/** How deep an attribute's own value may be: it stands inside the body, or one level further in. */
function valueDepth(target: Target): number {
  return limits.jsonDepthMax - (target.attributes === 'body' ? 1 : 2)
}

export const badBodies: { [name: string]: MakeRequest } = {
  'malformed JSON': (target) =>
    [
      '{',
      '{"a":}',
      '{"a":1,}',
      '{"a":1}{"b":2}',
      '[1',
      '{"a":01}',
      '{"a":NaN}',
      '{"a":"\t"}',
      '{"a":"\\x"}',
    ].map((text) => json(target, text)),
  'JSON that is no object': (target) =>
    ['[1]', '[{"email":"a@example.org"}]', '"text"', '1', 'true'].map((text) => json(target, text)),
  'other content types': (target) =>
    [
      'application/xml',
      'image/png',
      'text/csv',
      'multipart/form-data',
      'application/jsonx',
      'nonsense',
    ].map((type) => json(target, JSON.stringify(target.body), { 'content-type': type })),
  'bodies nested one level too deep': (target) =>
    json(target, withAttributes(target, `"deep":${nested(valueDepth(target) + 1)}`)),
  'bodies nested absurdly deep': (target) => [
    json(target, withAttributes(target, `"deep":${nested(5_000)}`)),
    json(target, nested(100_000)),
    json(target, `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`),
  ],
  'one name too many': (target) => json(target, withAttributes(target, keys(limits.jsonKeysMax))),
  '__proto__ as a name': (target) =>
    ['"__proto__":{"admin":true}', '"x":{"__proto__":1}', '"x":[{"\\u005f_proto__":null}]'].map(
      (text) => json(target, withAttributes(target, text)),
    ),
  'lone surrogates': (target) =>
    ['"x":"\\ud800"', '"x":"a\\udc00b"', '"\\ud800":1', '"x":{"y":["\\udfff"]}'].map((text) =>
      json(target, withAttributes(target, text)),
    ),
  'NUL characters': (target) =>
    ['"x":"a\\u0000b"', '"a\\u0000":1', '"x":["\\u0000"]', '"x":"a\0b"'].map((text) =>
      json(target, withAttributes(target, text)),
    ),
  'numbers that would change': (target) =>
    [
      '9007199254740993',
      '-9007199254740993',
      '1e400',
      '-1e400',
      '1e20',
      '[1e999]',
      '{"y":1e308}',
    ].map((text) => json(target, withAttributes(target, `"x":${text}`))),
  'invalid UTF-8': (target) =>
    [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf5, 0x80, 0x80, 0x80]].map(
      (bytes) => {
        const [head = '', tail = ''] = withAttributes(target, '"x":"?"').split('?')
        return json(
          target,
          Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from(tail)]),
        )
      },
    ),
  'values and names over the limit': (target) => [
    json(target, withAttributes(target, `"x":"${'v'.repeat(limits.stringLengthMax + 1)}"`)),
    json(target, withAttributes(target, `"${'n'.repeat(limits.nameLengthMax + 1)}":1`)),
  ],
  'a body over the limit': (target) => [
    json(target, `{"x":"${' '.repeat(bodyBytesMax)}"}`),
    json(target, chunked(`{"x":"${' '.repeat(bodyBytesMax)}"}`), {
      'transfer-encoding': 'chunked',
    }),
    json(target, '{}', { 'content-length': '99999999999' }),
  ],
  'compressed bodies': (target) => {
    const packed = gzipSync(JSON.stringify(target.body))
    return ['gzip', 'br', 'deflate', 'x-gzip', 'gzip, identity', 'nonsense'].map((encoding) =>
      json(target, packed, { 'content-encoding': encoding }),
    )
  },
}

export const oddBodies: { [name: string]: MakeRequest } = {
  'empty and nearly empty bodies': (target) =>
    ['', ' ', '{}', '[]', 'null', '\ufeff{}', '""', '0'].map((text) => json(target, text)),
  'forms where JSON is expected, and the reverse': (target) => [
    json(target, 'a=1&b[c]=2', { 'content-type': 'application/json' }),
    json(target, JSON.stringify(target.body), {
      'content-type': 'application/x-www-form-urlencoded',
    }),
    json(target, JSON.stringify(target.body), { 'content-type': undefined }),
    json(target, JSON.stringify(target.body), { 'content-type': '' }),
    json(target, JSON.stringify(target.body), {
      'content-type': 'application/json; charset=latin1',
    }),
    json(target, JSON.stringify(target.body), {
      'content-type': ['application/json', 'text/html'],
    }),
  ],
  'forms full of tricks': (target) =>
    [
      '__proto__=1',
      '__proto__[admin]=1',
      'a[__proto__][b]=1',
      'constructor[prototype][x]=1',
      'a[][][][]=1',
      `a${'[b]'.repeat(5_000)}=1`,
      'a=%',
      'a=%ff',
      'a=%00',
      '%00=1',
      'a=%ud800',
      '&&&&',
      '=',
      '=1',
      'a',
      'a=1&a=2&a[]=3&a[b]=4',
      'a[99999999]=1',
      'a[-1]=1',
      'a[=1',
      'a]=1',
      Array.from({ length: 3_000 }, (_, n) => `k${n}=1`).join('&'),
      `a=${'x'.repeat(70_000)}`,
      'email=a%40example.org&toString=1&hasOwnProperty=1',
    ].map((text) => json(target, text, { 'content-type': 'application/x-www-form-urlencoded' })),
  'names that mean something to the language': (target) => {
    const names = [
      'toString',
      'hasOwnProperty',
      'valueOf',
      'then',
      'toJSON',
      'length',
      '',
      ' ',
      '.',
      '$',
    ]
    const text = names.map((name) => `"${name}":1,"o${name}":{"${name}":{}}`).join(',')
    return json(target, withAttributes(target, text))
  },
  'names of columns': (target) => {
    const names = [
      'id',
      'workspace_id',
      'version',
      'created_at',
      'removed_at',
      'identifiers',
      'tags',
    ]
    return names.map((name) => json(target, withAttributes(target, `"${name}":999999`)))
  },
}

export const goodBodies: { [name: string]: MakeRequest } = {
  'constructor and prototype as ordinary names': (target) =>
    json(target, withAttributes(target, '"constructor":"a","prototype":{"constructor":1}')),
  'bodies as deep as allowed': (target) =>
    json(target, withAttributes(target, `"deep":${nested(valueDepth(target))}`)),
  'values and names as long as allowed': (target) => [
    json(target, withAttributes(target, `"x":"${'v'.repeat(limits.stringLengthMax)}"`)),
    json(target, withAttributes(target, `"${'n'.repeat(limits.nameLengthMax)}":1`)),
  ],
  'the largest safe integers': (target) =>
    json(target, withAttributes(target, '"x":9007199254740991,"y":-9007199254740991,"z":1.5e-7')),
  'an identity encoding': (target) =>
    json(target, JSON.stringify(target.body), { 'content-encoding': 'identity' }),
  'a duplicate key, of which the last wins': (target) =>
    json(target, withAttributes(target, '"x":1,"x":2')),
  'a body in chunks': (target) =>
    json(target, chunked(JSON.stringify(target.body)), { 'transfer-encoding': 'chunked' }),
  'an absolute-form target': (target) => {
    const request = json(target, JSON.stringify(target.body))
    return { ...request, path: `http://roster.example${target.path}` }
  },
}

function chunked(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n0\r\n\r\n`
}
