import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { createServer as createNetServer, type Server } from 'node:net'
import { gzipSync } from 'node:zlib'
import { makeCertificate } from './make-certificate.ts'

/** One call that a receiver got. */
export interface Received {
  id: string
  headers: { [name: string]: string | undefined }
  method: string
  /** Path and query, as they came. */
  path: string
  body: string
  at: number
}

/** A receiver of webhooks on loopback that answers as it is told. */
export interface Receiver extends Disposable {
  url: string
  calls: Received[]
}

type Answer = (
  call: Received,
  response: ServerResponse,
  /** How often this id came, this time included. */
  count: number,
) => void

/** Takes calls whole and answers each; without `answer`, with 200. */
export async function receiver(answer: Answer = (_call, response) => response.end()) {
  const calls: Received[] = []
  const counts = new Map<string, number>()
  const server = createServer((request, response) => {
    void readCall(request).then((call) => {
      calls.push(call)
      const count = (counts.get(call.id) ?? 0) + 1
      counts.set(call.id, count)
      answer(call, response, count)
    })
  })
  return withCalls(await listening(server), calls)
}

/** Speaks bytes and no HTTP of its own: for what no proper server does. */
export async function rawReceiver(onCall: (socket: Socket) => void): Promise<Receiver> {
  const server = createNetServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => onCall(socket))
  })
  return withCalls(await listening(server), [])
}

/** Counts connections, and never answers. */
export async function canary(): Promise<Receiver & { hits(): number }> {
  let hits = 0
  const server = createNetServer((socket) => {
    hits++
    socket.destroy()
  })
  return Object.assign(withCalls(await listening(server), []), { hits: () => hits })
}

/** Every way of being a bad receiver. What becomes of a delivery to each is in the test. */
export async function hostileReceivers(inside: string): Promise<{ [name: string]: Receiver }> {
  const closed = await canary()
  closed[Symbol.dispose]()
  const { key, cert } = makeCertificate()
  const tls = createTlsServer({ key, cert }, (_request, response) => response.end())
  const head = 'HTTP/1.1 200 OK\r\n'
  const redirect = (status: number) =>
    receiver((_call, response) => response.writeHead(status, { location: inside }).end())
  const bomb = gzipSync(Buffer.alloc(32 * 1_048_576))
  return {
    refuses: closed,
    'hangs-before': await rawReceiver(() => {}),
    'hangs-after': await rawReceiver((socket) => socket.write(`${head}content-length: 9\r\n\r\n`)),
    drips: await rawReceiver((socket) => {
      const timer = setInterval(() => socket.write('x: y\r\n'), 100)
      socket.write(head)
      socket.on('close', () => clearInterval(timer))
    }),
    endless: await rawReceiver((socket) => {
      const more = () => {
        while (!socket.destroyed && socket.write('x'.repeat(16_384)));
      }
      socket.on('drain', more)
      socket.write(`${head}\r\n`)
      more()
    }),
    bomb: await receiver((_call, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
    }),
    'wrong-length': await rawReceiver((socket) => {
      socket.end(`${head}content-length: 100\r\n\r\nshort`)
    }),
    'no-http': await rawReceiver((socket) => socket.end('220 mail.example ESMTP\r\n')),
    'redirects-302': await redirect(302),
    'redirects-307': await redirect(307),
    resets: await rawReceiver((socket) => socket.resetAndDestroy()),
    'bad-tls': withCalls((await listening(tls)).replace('http:', 'https:'), []),
    gone: await receiver((_call, response) => response.writeHead(410).end()),
    broken: await receiver((_call, response) => response.writeHead(500).end('oops')),
  }
}

async function readCall(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const headers = request.headers as Received['headers']
  const body = Buffer.concat(chunks).toString('utf8')
  const id = headers['webhook-id'] ?? ''
  const { method = '', url: path = '' } = request
  return { id, headers, method, path, body, at: Date.now() }
}

const closers = new Map<string, () => void>()

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  closers.set(url, () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return url
}

function withCalls(url: string, calls: Received[]): Receiver {
  const close = closers.get(url.replace('https:', 'http:'))
  return { url, calls, [Symbol.dispose]: () => close?.() }
}
