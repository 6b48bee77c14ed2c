import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { LookupAll } from '../src/outbound/guarded-connector.ts'
import {
  createOutboundClient,
  type OutboundClient,
  type OutboundOptions,
  type OutboundRequest,
} from '../src/outbound/http-client.ts'
import { spellings } from './kit/address-spellings.ts'
import { makeCertificate } from './kit/make-certificate.ts'

const plain = {
  method: 'POST',
  headers: {},
  body: '{}',
  timeoutMs: 5_000,
  allowPrivate: true,
} as const

test('a call hands over method, headers and body, and brings back status, headers and body', async () => {
  const seen: string[] = []
  const url = await http((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const { host, ...headers } = request.headers
      seen.push(`${request.method} ${request.url} ${JSON.stringify(headers)} ${parts.join('')}`)
      response.writeHead(
        201,
        [
          ['X-One', 'a'],
          ['X-One', 'b'],
          ['Date', 'then'],
        ].flat(),
      )
      response.end('made')
    })
  })
  await withClient({}, async (client) => {
    const headers = { 'Content-Type': 'application/json', 'webhook-id': 'dlv_1' }
    const body = Buffer.from('{"name":"Zoë"}')
    const answer = await send(client, { url: `${url}a/b?c=d#e`, method: 'PUT', headers, body })
    assert.equal(answer.kind, 'answer')
    assert.ok(answer.kind === 'answer')
    assert.equal(answer.status, 201)
    assert.equal(answer.headers['x-one'], 'a, b')
    assert.equal(answer.body.toString(), 'made')
    assert.equal(answer.isCut, false)
    assert.equal(answer.address, '127.0.0.1')
    assert.ok(answer.tookMs >= 0)
  })
  assert.deepEqual(seen, [
    'PUT /a/b?c=d {"connection":"keep-alive","content-type":"application/json",' +
      '"webhook-id":"dlv_1","content-length":"15"} {"name":"Zoë"}',
  ])
})

test('connections are used again, and cookies are not kept', async () => {
  const ports = new Set<number | undefined>()
  const cookies = new Set<string | undefined>()
  const url = await http((request, response) => {
    ports.add(request.socket.remotePort)
    cookies.add(request.headers.cookie)
    request.resume()
    response.setHeader('set-cookie', 'a=b').end()
  })
  await withClient({}, async (client) => {
    for (let turn = 0; turn < 5; turn++) assert.equal(outcome(await send(client, { url })), 200)
  })
  // Two, since a call may begin before the connection of the one before is free again.
  assert.ok(ports.size <= 2, `${ports.size} connections`)
  assert.deepEqual([...cookies], [undefined])
})

test('a redirect is an answer, and nobody goes where it points', async () => {
  await withCanary(async (canary, hits) => {
    for (const status of [301, 302, 303, 307, 308]) {
      const url = await http((request, response) => {
        request.resume()
        response.writeHead(status, { location: `http://127.0.0.1:${canary}/` }).end()
      })
      await withClient({}, async (client) => {
        assert.equal(outcome(await send(client, { url })), status)
      })
    }
    assert.equal(hits(), 0)
  })
})

test('a proxy named in the environment has no effect', async () => {
  await withCanary(async (canary, hits) => {
    const before = { ...process.env }
    for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY'])
      process.env[name] = `http://127.0.0.1:${canary}`
    process.env.NODE_USE_ENV_PROXY = '1'
    try {
      const url = await http((request, response) => {
        request.resume()
        response.end()
      })
      await withClient({}, async (client) => {
        assert.equal(outcome(await send(client, { url })), 200)
      })
      assert.equal(hits(), 0)
    } finally {
      for (const name of Object.keys(process.env)) {
        if (!(name in before)) delete process.env[name]
      }
    }
  })
})

test('without leave no spelling reaches this machine, and with leave the plain one does', async () => {
  await withCanary(async (canary, hits) => {
    await withClient({}, async (client) => {
      const hosts = [
        ...spellings('127.0.0.1'),
        '[::1]',
        '[0:0:0:0:0:0:0:1]',
        '0',
        '[::]',
        '0.0.0.0',
      ]
      for (const host of [...hosts, 'localhost', 'LOCALHOST.']) {
        const url = `http://${host}:${canary}/`
        const answer = await send(client, { url, allowPrivate: false, timeoutMs: 1_000 })
        assert.equal(answer.kind, 'failure', host)
      }
      assert.equal(hits(), 0)
      for (const host of ['127.0.0.1', '[::1]']) {
        const url = `http://${host}:${canary}/`
        assert.equal(outcome(await send(client, { url, timeoutMs: 1_000 })), 'reset')
      }
      assert.equal(hits(), 2)
    })
  })
})

test('what a name resolves to is checked, every answer of it, on the address that is dialled', async () => {
  const outside = { address: '93.184.216.34', family: 4 }
  const inside = { address: '127.0.0.1', family: 4 }
  for (const [what, answers] of [
    ['an inside address', [[inside]]],
    ['a mixed set', [[outside, inside]]],
    ['a mixed set, the other way round', [[inside, outside]]],
    ['IPv6 alone', [[{ address: '::1', family: 6 }]]],
    ['a mapped address', [[{ address: '::ffff:127.0.0.1', family: 6 }]]],
    ['a tunnel', [[{ address: '64:ff9b::7f00:1', family: 6 }]]],
    ['no address at all', [[]]],
  ] as const) {
    await withCanary(async (canary, hits) => {
      const { lookup, asked } = scripted(answers)
      await withClient({ lookup }, async (client) => {
        const url = `http://rebind.example:${canary}/`
        const found = outcome(await send(client, { url, allowPrivate: false }))
        assert.equal(found, answers[0]?.length === 0 ? 'dns' : 'address_refused', what)
      })
      assert.equal(asked(), 1, what)
      assert.equal(hits(), 0, what)
    })
  }
})

test('a name is asked once for each connection, so a later answer leads nowhere else', async () => {
  await withCanary(async (canary, hits) => {
    // A network that is "own" here plays the inside, so that the first answer can be connected to.
    const first = [{ address: '127.0.0.1', family: 4 }]
    const { lookup, asked } = scripted([first, [{ address: '127.0.0.2', family: 4 }]])
    await withClient({ lookup, ownAddresses: ['127.0.0.2/32'] }, async (client) => {
      const url = `http://rebind.example:${canary}/`
      assert.equal(outcome(await send(client, { url })), 'reset')
      assert.equal(hits(), 1)
      assert.equal(asked(), 1)
      assert.equal(outcome(await send(client, { url })), 'address_refused')
      assert.equal(asked(), 2)
      assert.equal(hits(), 1)
    })
  })
})

test('a name server that changes its mind between two questions gets nobody inside', async () => {
  let asked = 0
  await withNameServer(
    () => (asked++ % 2 === 0 ? [93, 184, 216, 34] : [127, 0, 0, 1]),
    async (lookup) => {
      await withCanary(async (canary, hits) => {
        await withClient({ lookup, connectTimeoutMs: 300 }, async (client) => {
          for (let turn = 0; turn < 4; turn++) {
            const url = `http://flip.example:${canary}/`
            const answer = await send(client, { url, allowPrivate: false, timeoutMs: 500 })
            assert.equal(answer.kind, 'failure')
            if (turn % 2 === 1) assert.equal(outcome(answer), 'address_refused')
            else assert.notEqual(outcome(answer), 'address_refused')
          }
        })
        assert.equal(hits(), 0)
      })
    },
  )
  assert.equal(asked, 4)
})

test('a connection made with leave is not used for a destination without', async () => {
  const { lookup } = scripted([[{ address: '127.0.0.1', family: 4 }]])
  const url = await http((request, response) => {
    request.resume()
    response.end()
  })
  const named = url.replace('127.0.0.1', 'shared.example')
  await withClient({ lookup }, async (client) => {
    assert.equal(outcome(await send(client, { url: named })), 200)
    const without = await send(client, { url: named, allowPrivate: false })
    assert.equal(outcome(without), 'address_refused')
  })
})

test('a name that does not resolve is a failure of the name', async () => {
  const lookup: LookupAll = (_hostname, _options, callback) => {
    callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), [])
  }
  await withClient({ lookup }, async (client) => {
    const answer = await send(client, { url: 'http://nowhere.example/', allowPrivate: false })
    assert.equal(outcome(answer), 'dns')
    assert.ok(answer.kind === 'failure' && answer.message.includes('ENOTFOUND'))
  })
})

for (const [what, serve, wanted] of [
  ['hangs before its headers', () => {}, 'timeout_headers'],
  ['sends half its headers', (socket) => socket.write('HTTP/1.1 200 OK\r\nA'), 'timeout_headers'],
  [
    'hangs after its headers',
    (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'),
    'timeout_body',
  ],
  [
    'drips',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n')
      const drip = setInterval(() => socket.write('x'), 20)
      socket.on('close', () => clearInterval(drip))
    },
    'timeout_body',
  ],
  [
    'drips its headers',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const drip = setInterval(() => socket.write('X-A: b\r\n'), 20)
      socket.on('close', () => clearInterval(drip))
    },
    'timeout_headers',
  ],
  ['hangs up at once', (socket) => socket.destroy(), 'reset'],
  ['resets', (socket) => socket.resetAndDestroy(), 'reset'],
  [
    'hangs up half-way',
    (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf'),
    'reset',
  ],
  [
    'resets half-way',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf', () => {
        setTimeout(() => socket.resetAndDestroy(), 20)
      })
    },
    'reset',
  ],
  ['speaks something else', (socket) => socket.end('220 mail.example ESMTP\r\n'), 'bad_answer'],
  [
    'has endless headers',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const more = () => {
        while (!socket.destroyed && socket.write(`X-A: ${'b'.repeat(1_000)}\r\n`));
      }
      socket.on('drain', more)
      more()
    },
    'bad_answer',
  ],
  [
    'has two lengths',
    (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'),
    'bad_answer',
  ],
] satisfies [string, (socket: Socket) => unknown, string][]) {
  test(`a receiver that ${what} is a failure, in time`, async () => {
    const url = await raw(serve)
    await withClient({}, async (client) => {
      const startedAt = performance.now()
      const answer = await send(client, { url, timeoutMs: 400 })
      assert.equal(outcome(answer), wanted)
      assert.ok(performance.now() - startedAt < 10_000)
      const begun =
        /its headers$|half-way|^drips$|two lengths/.test(what) && wanted !== 'timeout_headers'
      if (begun && wanted !== 'bad_answer' && what !== 'resets half-way')
        assert.ok(answer.kind === 'failure' && answer.status === 200)
    })
  })
}

test('a body without end is cut after 64 KiB, and the connection with it', async () => {
  let closed: (() => void) | undefined
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve
  })
  const url = await raw((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    const more = () => {
      while (!socket.destroyed && socket.write('x'.repeat(10_000)));
    }
    socket.on('drain', more)
    socket.on('close', () => closed?.())
    more()
  })
  await withClient({}, async (client) => {
    const answer = await send(client, { url })
    assert.ok(answer.kind === 'answer')
    assert.equal(answer.status, 200)
    assert.equal(answer.body.length, 65_536)
    assert.equal(answer.isCut, true)
    await isClosed
  })
})

test('a body of exactly 64 KiB is whole', async () => {
  for (const [length, isCut] of [
    [65_536, false],
    [65_537, true],
  ] as const) {
    const url = await http((request, response) => {
      request.resume()
      response.end(Buffer.alloc(length, 'x'))
    })
    await withClient({}, async (client) => {
      const answer = await send(client, { url })
      assert.ok(answer.kind === 'answer')
      assert.equal(answer.body.length, 65_536)
      assert.equal(answer.isCut, isCut)
    })
  }
})

test('a compressed bomb is kept as it came', async () => {
  const bomb = gzipSync(Buffer.alloc(20_000_000))
  const url = await http((request, response) => {
    assert.equal(request.headers['accept-encoding'], undefined)
    request.resume()
    response.setHeader('content-encoding', 'gzip').end(bomb)
  })
  await withClient({}, async (client) => {
    const answer = await send(client, { url })
    assert.ok(answer.kind === 'answer')
    assert.deepEqual(answer.body, bomb.subarray(0, 65_536))
  })
})

test('a closed port is refused, with the address that was tried', async () => {
  const url = await raw(() => {})
  await closeAll()
  await withClient({}, async (client) => {
    const answer = await send(client, { url })
    assert.equal(outcome(answer), 'refused')
    assert.equal(answer.address, '127.0.0.1')
  })
})

test('a certificate that nobody vouches for, one that ran out and no encryption at all are told', async () => {
  const good = makeCertificate()
  const old = makeCertificate(true)
  const [ours, expired] = await Promise.all([tls(good), tls(old)])
  const notTls = (await raw((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'))).replace(
    'http',
    'https',
  )
  await withClient({}, async (client) => {
    for (const url of [ours, expired, notTls]) {
      assert.equal(outcome(await send(client, { url })), 'tls', url)
    }
  })
  await withClient({ trustedCertificates: good.cert + old.cert }, async (client) => {
    assert.equal(outcome(await send(client, { url: ours })), 200)
    assert.equal(outcome(await send(client, { url: expired })), 'tls')
    const { port } = new URL(ours)
    const wrongName = await send(client, { url: `https://127.0.0.2:${port}/` })
    assert.ok(['tls', 'refused'].includes(String(outcome(wrongName))))
  })
})

test('a caller that stops gets its failure at once, before and during the call', async () => {
  const url = await raw(() => {})
  await withClient({}, async (client) => {
    const stop = new AbortController()
    const begun = send(client, { url, signal: stop.signal })
    setImmediate(() => stop.abort())
    assert.equal(outcome(await begun), 'stopped')
    assert.equal(outcome(await send(client, { url, signal: stop.signal })), 'stopped')
  })
})

test('closing cuts what is under way, and what comes after fails', async () => {
  const url = await raw(() => {})
  const client = createOutboundClient()
  const begun = send(client, { url })
  await client.close()
  assert.equal(outcome(await begun), 'stopped')
  assert.equal(outcome(await send(client, { url })), 'stopped')
})

test("a header that is the connection's business or breaks the line is refused, not sent", async () => {
  let calls = 0
  const url = await http((request, response) => {
    calls += 1
    request.resume()
    response.end()
  })
  await withClient({}, async (client) => {
    for (const headers of [
      ...[{ Host: 'a' }, { 'content-length': '1' }, { 'Transfer-Encoding': 'chunked' }],
      ...[{ connection: 'close' }, { Expect: '100-continue' }, { 'proxy-authorization': 'x' }],
      ...[
        { 'x-a': 'b\r\nx-c: d' },
        { 'x-a': 'b\nc' },
        { 'x a': 'b' },
        { '': 'b' },
        { 'x-a': 'b\0' },
      ],
    ]) {
      const answer = await send(client, { url, headers: headers as { [name: string]: string } })
      assert.equal(outcome(answer), 'bad_request', JSON.stringify(headers))
    }
  })
  assert.equal(calls, 0)
})

test('a failure tells nothing of headers, body or path', async () => {
  const url = `${await raw((socket) => socket.destroy())}secret-path?secret=1`
  await withClient({}, async (client) => {
    const headers = { authorization: 'Bearer secret', 'x-a': 'secret\n' }
    for (const each of [headers, { authorization: 'Bearer secret' }]) {
      const answer = await send(client, { url, headers: each, body: 'secret' })
      assert.equal(answer.kind, 'failure')
      assert.ok(!JSON.stringify(answer).includes('secret'), JSON.stringify(answer))
    }
  })
})

const servers: Server[] = []

test.afterEach(closeAll)

async function closeAll(): Promise<void> {
  for (const server of servers.splice(0)) {
    server.close()
    if ('closeAllConnections' in server)
      (server as ReturnType<typeof createHttpServer>).closeAllConnections()
    await once(server, 'close')
  }
}

async function listen(server: Server, host = '127.0.0.1', port = 0): Promise<number> {
  server.listen(port, host)
  await once(server, 'listening')
  servers.push(server)
  return (server.address() as AddressInfo).port
}

async function http(handler: Parameters<typeof createHttpServer>[1]): Promise<string> {
  return `http://127.0.0.1:${await listen(createHttpServer(handler))}/`
}

async function tls(certificate: { key: string; cert: string }): Promise<string> {
  const server = createTlsServer(certificate, (request, response) => {
    request.resume()
    response.end()
  })
  return `https://127.0.0.1:${await listen(server)}/`
}

/** A listener that answers bytes of its own as soon as a request has begun to come in. */
async function raw(serve: (socket: Socket) => unknown): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.once('data', () => serve(socket))
  })
  const close = server.close.bind(server)
  server.close = (callback) => {
    for (const socket of sockets) socket.destroy()
    return close(callback)
  }
  return `http://127.0.0.1:${await listen(server)}/`
}

/** Listens on both loopback addresses, and counts who comes. */
async function withCanary(use: (port: number, hits: () => number) => Promise<void>): Promise<void> {
  let hits = 0
  const onSocket = (socket: Socket) => {
    hits += 1
    socket.on('error', () => {})
    socket.destroy()
  }
  const port = await listen(createServer(onSocket))
  await listen(createServer(onSocket), '::1', port)
  await use(port, () => hits)
}

async function withClient(
  options: OutboundOptions,
  use: (client: OutboundClient) => Promise<void>,
): Promise<void> {
  const client = createOutboundClient(options)
  try {
    await use(client)
  } finally {
    await client.close()
  }
}

/** A `lookup` that gives these answers in turn, the last one for ever. */
function scripted(answers: readonly (readonly { address: string; family: number }[])[]) {
  let asked = 0
  const lookup: LookupAll = (_hostname, _options, callback) => {
    const answer = answers[Math.min(asked, answers.length - 1)] ?? []
    asked += 1
    setImmediate(() => callback(null, [...answer]))
  }
  return { lookup, asked: () => asked }
}

/** A name server on loopback that answers every question with one IPv4 address, good for 0 s. */
async function withNameServer(
  answer: () => number[],
  use: (lookup: LookupAll) => Promise<void>,
): Promise<void> {
  const socket = createSocket('udp4')
  socket.on('message', (question, from) => {
    const end = question.indexOf(0, 12) + 5
    const head = Buffer.from(question.subarray(0, 12))
    head.writeUInt16BE(0x8180, 2)
    head.writeUInt16BE(1, 6)
    head.writeUInt32BE(0, 8)
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...answer()])
    socket.send(Buffer.concat([head, question.subarray(12, end), record]), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const resolver = new Resolver()
  resolver.setServers([`127.0.0.1:${socket.address().port}`])
  try {
    await use((hostname, _options, callback) => {
      resolver.resolve4(hostname, (error, found) => {
        callback(
          error,
          (found ?? []).map((address) => ({ address, family: 4 })),
        )
      })
    })
  } finally {
    socket.close()
  }
}

function send(client: OutboundClient, request: Partial<OutboundRequest> & { url: string }) {
  return client.send({ ...plain, ...request })
}

/** The status of an answer, or the code of a failure. */
function outcome(answer: Awaited<ReturnType<OutboundClient['send']>>): number | string {
  return answer.kind === 'answer' ? answer.status : answer.code
}
