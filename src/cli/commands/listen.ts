import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { appSealer } from '../../app.ts'
import type { Config } from '../../config/load-config.ts'
import { openSecrets } from '../../outbound/destination-secrets.ts'
import { parseSigningSecret, verifyWebhook } from '../../outbound/sign-webhook.ts'
import { printable } from '../columns.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { findDestination } from '../find-destination.ts'
import { stopSignal } from '../stop-signal.ts'
import { findWorkspace, withStore } from '../with-store.ts'

/** Larger than any body Roster sends. */
const bodyBytesMax = 1_048_576
/** Ids that are remembered, to tell what came before. */
const seenMax = 10_000

export const listen = defineCommand({
  name: 'listen',
  summary: 'Receive webhooks on this machine, verify them and show them.',
  usage: '[--port N] [--destination NAME | --secret SECRET]',
  details: [
    'Listens on 127.0.0.1, so the destination needs "allow_private: true". With --destination the',
    'signing secret is read from the store. Ends with Ctrl-C. With --json each call is a line.',
  ].join('\n'),
  positionals: { min: 0, max: 0 },
  options: {
    workspace: workspaceOption,
    port: { type: 'integer', min: 0, max: 65_535, default: 9_876, help: '0 takes any free one.' },
    secret: { type: 'text', placeholder: 'SECRET', help: 'What the calls are signed with.' },
    destination: { type: 'text', placeholder: 'NAME', help: 'Whose calls they are.' },
    status: { type: 'integer', min: 200, max: 599, default: 200, help: 'What is answered.' },
  },
  async run({ config, options, json }) {
    const { port, status } = options
    const secrets = await readSecrets(options, config)
    const seen = new Set<string>()
    const server = createServer((request, response) => {
      void receive(request, response, { secrets, status, json, seen })
    })
    const { promise: listening, resolve, reject } = Promise.withResolvers<void>()
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
    await listening.catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error
      throw new CliError('failed', `Port ${port} is in use; choose another with --port.`, error)
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const checked = secrets.length > 0 ? '' : ' Signatures are not checked: no secret was given.'
    write(json ? JSON.stringify({ url }) : `Listening on ${url}, Ctrl-C ends.${checked}`)
    await stopSignal()
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
    return null
  },
})

async function readSecrets(
  options: { secret: string | undefined; destination: string | undefined; workspace: string },
  readConfig: () => Config,
): Promise<string[]> {
  const { secret, destination: name, workspace } = options
  if (secret !== undefined && name !== undefined) {
    throw new CliError('usage', '--secret and --destination are both given; leave one out.')
  }
  if (secret !== undefined) {
    if (parseSigningSecret(secret)) return [secret]
    throw new CliError('usage', '--secret is whsec_ and 24 to 64 bytes in base64.')
  }
  if (name === undefined) return []
  const config = readConfig()
  return withStore(config, async (store) => {
    const { id } = await findWorkspace(store, workspace)
    const destination = await findDestination(store, id, name)
    return openSecrets(appSealer(config), id, destination, Date.now()).signing
  })
}

interface Listening {
  secrets: readonly string[]
  status: number
  json: boolean
  seen: Set<string>
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  { secrets, status, json, seen }: Listening,
): Promise<void> {
  const body = await readBody(request).catch(() => null)
  if (body === null) {
    response.writeHead(413).end()
    return
  }
  response.writeHead(status).end()
  const headers = request.headers as { [name: string]: string | undefined }
  const id = headers['webhook-id'] ?? '-'
  const verdict =
    secrets.length === 0
      ? 'not checked'
      : verifyWebhook(headers, body, secrets, Math.floor(Date.now() / 1_000))
  const before = seen.has(id)
  if (seen.size >= seenMax) seen.clear()
  seen.add(id)
  const { method, url } = request
  const text = body.toString('utf8')
  const at = new Date().toISOString()
  if (json) {
    write(
      JSON.stringify({
        at,
        method,
        path: url,
        id,
        signature: verdict,
        before,
        headers,
        body: text,
      }),
    )
    return
  }
  const again = before ? ', came before' : ''
  const said = `signature ${verdict.replaceAll('_', ' ')}${again}, answered ${status}`
  write(printable(`${at} ${method} ${url} ${id}: ${said}`))
  write(pretty(text))
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bodyBytesMax) throw new Error('too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** JSON in lines; what is in it cannot move the cursor either. */
function pretty(text: string): string {
  try {
    const lines = JSON.stringify(JSON.parse(text), null, 2).split('\n')
    return lines.map(printable).join('\n')
  } catch {
    return printable(text)
  }
}

function write(line: string): void {
  process.stdout.write(`${line}\n`)
}
