import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import {
  makeSigningSecret,
  parseSigningSecret,
  signWebhook,
  verifyWebhook,
  type WebhookHeaders,
} from '../src/outbound/sign-webhook.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const body = Buffer.from('{"test": 2432232314}')
const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body }

test('the known answer of the specification comes out', () => {
  assert.deepEqual(signWebhook(message, [secret]), {
    'webhook-id': message.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

test('the reference library takes what we sign, and we take what it signs', () => {
  const own = makeSigningSecret()
  const timestamp = Math.floor(Date.now() / 1000)
  const text = JSON.stringify({ name: 'Zoë 🙂', lines: 'a\nb' })
  const sent = { id: 'dlv_1', timestamp, body: Buffer.from(text) }
  const library = new Webhook(own)
  assert.deepEqual(library.verify(text, signWebhook(sent, [own])), JSON.parse(text))
  const theirs = {
    'webhook-id': 'dlv_1',
    'webhook-timestamp': String(timestamp),
    'webhook-signature': library.sign('dlv_1', new Date(timestamp * 1000), text),
  }
  assert.equal(verifyWebhook(theirs, sent.body, [own], timestamp), 'valid')
})

test('what is signed verifies, and a changed byte, id or time does not', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.nat(254), (bytes, place, turn) => {
      const sent = { id: 'dlv_1', timestamp: 1_800_000_000, body: bytes }
      const headers = signWebhook(sent, [secret])
      assert.equal(verify(headers, bytes), 'valid')
      const changed = Uint8Array.from(bytes)
      const index = place % bytes.length
      changed[index] = ((changed[index] ?? 0) + turn + 1) % 256
      assert.equal(verify(headers, changed), 'no_match')
      assert.equal(verify({ ...headers, 'webhook-id': 'dlv_2' }, bytes), 'no_match')
      assert.equal(verify({ ...headers, 'webhook-timestamp': '1800000001' }, bytes), 'no_match')
    }),
    { numRuns: 1_000 },
  )
})

test('any changed character of the signature fails', () => {
  const headers = signWebhook(message, [secret])
  const text = headers['webhook-signature']
  for (let index = 0; index < text.length; index++) {
    const other = text[index] === 'A' ? 'B' : 'A'
    const changed = {
      ...headers,
      'webhook-signature': text.slice(0, index) + other + text.slice(index + 1),
    }
    assert.equal(verifyWebhook(changed, body, [secret], message.timestamp), 'no_match')
  }
})

test('while a secret is being replaced both signatures are sent, and either is enough', () => {
  const next = makeSigningSecret()
  const headers = signWebhook(message, [next, secret])
  assert.match(headers['webhook-signature'], /^v1,\S+ v1,\S+$/)
  for (const known of [[secret], [next], [next, secret]]) {
    assert.equal(verifyWebhook(headers, body, known, message.timestamp), 'valid')
  }
  assert.equal(verifyWebhook(headers, body, [makeSigningSecret()], message.timestamp), 'no_match')
  const mixed = {
    ...headers,
    'webhook-signature': `v1a,xyz v2,abc ${headers['webhook-signature']}`,
  }
  assert.equal(verifyWebhook(mixed, body, [secret], message.timestamp), 'valid')
})

test('a webhook of more than five minutes ago or ahead is refused', () => {
  const headers = signWebhook(message, [secret])
  const at = (seconds: number) =>
    verifyWebhook(headers, body, [secret], message.timestamp + seconds)
  assert.equal(at(300), 'valid')
  assert.equal(at(301), 'too_old')
  assert.equal(at(-300), 'valid')
  assert.equal(at(-301), 'too_new')
})

test('what is missing or malformed is named', () => {
  const headers = signWebhook(message, [secret])
  for (const name of Object.keys(headers)) {
    assert.equal(verify({ ...headers, [name]: undefined }, body), 'missing_header')
  }
  assert.equal(verify({ ...headers, 'webhook-timestamp': 'now' }, body), 'bad_timestamp')
  assert.equal(verify({ ...headers, 'webhook-timestamp': '1e9' }, body), 'bad_timestamp')
})

test('a secret is 32 random bytes, and one of another size or spelling is refused', () => {
  assert.equal(parseSigningSecret(makeSigningSecret())?.length, 32)
  assert.notEqual(makeSigningSecret(), makeSigningSecret())
  const of = (bytes: number) => `whsec_${Buffer.alloc(bytes, 1).toString('base64')}`
  assert.equal(parseSigningSecret(of(24))?.length, 24)
  assert.equal(parseSigningSecret(of(25).replaceAll('=', ''))?.length, 25)
  for (const bad of [of(23), of(65), 'whsec_', secret.slice(6), `${secret}!`, 'WHSEC_abc']) {
    assert.equal(parseSigningSecret(bad), null, bad)
  }
})

test('an id with a dot, half a second or no secret is a fault of the caller', () => {
  for (const id of ['', 'a.b', 'a b', 'a\nb', 'é'])
    assert.throws(() => signWebhook({ ...message, id }, [secret]), /webhook id/)
  assert.throws(() => signWebhook({ ...message, timestamp: 1.5 }, [secret]), /whole seconds/)
  assert.throws(() => signWebhook(message, []), /at least one secret/)
  assert.throws(() => signWebhook(message, [secret, 'whsec_']), /signing secret/)
})

function verify(headers: Partial<WebhookHeaders>, bytes: Uint8Array) {
  const now = Number(headers['webhook-timestamp']) || 1_800_000_000
  return verifyWebhook(headers, bytes, [secret], now)
}
