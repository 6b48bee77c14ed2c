import assert from 'node:assert/strict'
import { BlockList, isIP } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { createAddressGuard } from '../src/outbound/address-guard.ts'
import { checkTarget } from '../src/outbound/check-target.ts'
import { spellings } from './kit/address-spellings.ts'

const guard = createAddressGuard()

for (const [address, place] of [
  ['8.8.8.8', 'public'],
  ['1.1.1.1', 'public'],
  ['9.255.255.255', 'public'],
  ['11.0.0.0', 'public'],
  ['100.63.255.255', 'public'],
  ['100.128.0.0', 'public'],
  ['126.255.255.255', 'public'],
  ['128.0.0.0', 'public'],
  ['172.15.255.255', 'public'],
  ['172.32.0.0', 'public'],
  ['192.167.255.255', 'public'],
  ['192.169.0.0', 'public'],
  ['192.0.1.0', 'public'],
  ['198.17.255.255', 'public'],
  ['198.20.0.0', 'public'],
  ['223.255.255.255', 'public'],
  ['10.0.0.0', 'inside'],
  ['10.255.255.255', 'inside'],
  ['100.64.0.0', 'inside'],
  ['100.127.255.255', 'inside'],
  ['127.0.0.1', 'inside'],
  ['127.255.255.254', 'inside'],
  ['169.254.0.1', 'inside'],
  ['172.16.0.0', 'inside'],
  ['172.31.255.255', 'inside'],
  ['192.168.0.1', 'inside'],
  ['169.254.169.254', 'never'],
  ['169.254.170.2', 'never'],
  ['100.100.100.200', 'never'],
  ['0.0.0.0', 'never'],
  ['0.1.2.3', 'never'],
  ['192.0.0.1', 'never'],
  ['192.0.2.1', 'never'],
  ['192.88.99.1', 'never'],
  ['198.18.0.1', 'never'],
  ['198.19.255.255', 'never'],
  ['198.51.100.1', 'never'],
  ['203.0.113.1', 'never'],
  ['224.0.0.1', 'never'],
  ['239.255.255.255', 'never'],
  ['240.0.0.1', 'never'],
  ['255.255.255.255', 'never'],
  ['2606:4700:4700::1111', 'public'],
  ['2a00:1450:4009::1', 'public'],
  ['2001:200::1', 'public'],
  ['::ffff:8.8.8.8', 'public'],
  ['::1', 'inside'],
  ['fc00::1', 'inside'],
  ['fdff::1', 'inside'],
  ['fe80::1', 'inside'],
  ['::ffff:127.0.0.1', 'inside'],
  ['::ffff:a00:1', 'inside'],
  ['::ffff:169.254.169.254', 'never'],
  ['fd00:ec2::254', 'never'],
  ['::', 'never'],
  ['::2', 'never'],
  // A library that asks for "unicast only" lets this one pass.
  ['::7f00:1', 'never'],
  ['::127.0.0.1', 'never'],
  ['::ffff:0:127.0.0.1', 'never'],
  ['64:ff9b::7f00:1', 'never'],
  ['64:ff9b:1::1', 'never'],
  ['100::1', 'never'],
  ['2001::1', 'never'],
  ['2001:1ff::1', 'never'],
  ['2001:db8::1', 'never'],
  ['2002:7f00:1::', 'never'],
  ['2002:808:808::1', 'never'],
  ['3fff::1', 'never'],
  ['4000::1', 'never'],
  ['5f00::1', 'never'],
  ['fec0::1', 'never'],
  ['ff02::1', 'never'],
  ['fe80::1%eth0', 'never'],
  ['127.1', 'never'],
  ['localhost', 'never'],
  ['', 'never'],
] as const) {
  test(`${address || 'nothing'} is ${place}`, () => {
    assert.equal(guard.placeOf(address), place)
    assert.equal(guard.placeOf(`[${address}]`), place)
    assert.equal(guard.allows(address, false), place === 'public')
    assert.equal(guard.allows(address, true), place !== 'never')
  })
}

test('own addresses are refused also with leave', () => {
  const strict = createAddressGuard(['10.1.2.3/32', '2606:4700::/32'])
  assert.equal(strict.allows('10.1.2.3', true), false)
  assert.equal(strict.allows('::ffff:10.1.2.3', true), false)
  assert.equal(strict.allows('10.1.2.4', true), true)
  assert.equal(strict.allows('2606:4700::1', true), false)
  assert.throws(() => createAddressGuard(['here']))
})

test('a second implementation agrees on random addresses', () => {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() }
  for (const [network, bits] of [
    ...([
      ['0.0.0.0', 8],
      ['10.0.0.0', 8],
      ['100.64.0.0', 10],
      ['127.0.0.0', 8],
    ] as const),
    ...([
      ['169.254.0.0', 16],
      ['172.16.0.0', 12],
      ['192.0.0.0', 24],
      ['192.0.2.0', 24],
    ] as const),
    ...([
      ['192.88.99.0', 24],
      ['192.168.0.0', 16],
      ['198.18.0.0', 15],
    ] as const),
    ...([
      ['198.51.100.0', 24],
      ['203.0.113.0', 24],
      ['224.0.0.0', 4],
      ['240.0.0.0', 4],
    ] as const),
  ]) {
    lists.ipv4.addSubnet(network, bits, 'ipv4')
  }
  for (const [network, bits] of [
    ...([
      ['::', 3],
      ['4000::', 2],
      ['8000::', 1],
      ['2001::', 23],
    ] as const),
    ...([
      ['2001:db8::', 32],
      ['2002::', 16],
      ['3fff::', 20],
    ] as const),
  ]) {
    lists.ipv6.addSubnet(network, bits, 'ipv6')
  }
  const inside = fc.constantFrom(0, 10, 100, 127, 169, 172, 192, 198, 203, 224)
  const byte = fc.nat(255)
  const v4 = fc.tuple(fc.oneof(inside, byte), byte, byte, byte).map((parts) => parts.join('.'))
  const start = fc.constantFrom(
    '::',
    '::ffff:',
    '2001:',
    '2001:db8:',
    '2002:',
    '3fff:',
    'fe80:',
    'fd00:',
    '2a00:',
  )
  const v6 = fc
    .tuple(start, fc.array(fc.nat(0xffff), { minLength: 1, maxLength: 4 }))
    .map(([head, parts]) => {
      const tail = parts.map((part) => part.toString(16)).join(':')
      return head.startsWith('::') ? `${head}${tail}` : `${head}:${tail}`
    })
  fc.assert(
    fc.property(fc.oneof(v4, v6), (address) => {
      assert.notEqual(isIP(address), 0)
      // Of the second implementation's lists only the one for IPv4 speaks of mapped addresses.
      const isMapped = /^::(?:0:)*ffff:[0-9a-f]+:[0-9a-f]+$/u.test(address)
      const family = isIP(address) === 4 || isMapped ? 'ipv4' : 'ipv6'
      assert.equal(
        guard.placeOf(address) === 'public',
        !lists[family].check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6'),
        address,
      )
    }),
    { numRuns: 5_000 },
  )
})

for (const address of [
  ...['127.0.0.1', '10.0.0.1', '169.254.169.254', '192.168.1.1', '172.16.0.1', '100.64.0.1'],
]) {
  test(`no spelling of ${address} gets past the check before the connection`, () => {
    const all = spellings(address)
    assert.ok(all.length >= 120, `${all.length} spellings`)
    const passed = all.filter((host) => {
      const target = checkTarget(`http://${host}/`, false, guard)
      return target.kind === 'ok'
    })
    assert.deepEqual(passed, [])
  })
}

test('an address without leave is refused for what is wrong with it', () => {
  const codes = Object.entries({
    'http://127.0.0.1/': 'address_refused',
    'https://[::1]:8443/': 'address_refused',
    'http://2130706433/': 'address_refused',
    'http://user@example.com/': 'bad_url',
    'http://:word@example.com/': 'bad_url',
    'ftp://example.com/': 'bad_url',
    'file:///etc/passwd': 'bad_url',
    'javascript:alert(1)': 'bad_url',
    'example.com': 'bad_url',
    '': 'bad_url',
    'http://': 'bad_url',
    'http://[fe80::1%25eth0]/': 'bad_url',
    'http://example.com:25/': 'port_refused',
    'http://example.com:6379/': 'ok',
    'http://example.com:8080/': 'ok',
    'https://example.com/a?b=c': 'ok',
    'http://localhost/': 'ok',
    [`http://example.com/${'a'.repeat(2_048)}`]: 'bad_url',
  })
  for (const [url, wanted] of codes) {
    const target = checkTarget(url, false, guard)
    assert.equal(target.kind === 'ok' ? 'ok' : target.code, wanted, url)
  }
  assert.equal(checkTarget('http://127.0.0.1/', true, guard).kind, 'ok')
  assert.equal(checkTarget('http://169.254.169.254/', true, guard).kind, 'refused')
})
