import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { Fault } from '../../core/errors.ts'
import { addRoute } from '../add-route.ts'
import type { Call } from '../call.ts'
import type { Metrics } from '../metrics.ts'
import { makeRoute } from '../route.ts'
import { type ConsoleFile, type ConsoleFiles, readConsoleFiles } from './files.ts'
import { mountSession } from './session.ts'

/** Stands in the built page where each answer has a nonce of its own. */
const noncePlace = '__NONCE__'

const guards = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Serves the console: its page at every path below its own, its assets, and its sessions. */
export function mountConsole(app: FastifyInstance, metrics: Metrics): void {
  let files: ConsoleFiles | null = null
  mountSession(app, metrics)
  const assetRoute = makeRoute(metrics, '/console/assets/:name')
  addRoute(app, 'GET', '/console/assets/:name', (call, { name = '' }) => {
    call.route = assetRoute
    files ??= readConsoleFiles()
    const file = files?.assets.get(name)
    if (file) answerAsset(call, file)
    else call.refuse(new Fault('unknown_route', { message: 'The console has no such file.' }))
  })
  const pageRoute = makeRoute(metrics, '/console/*')
  for (const path of ['/console', '/console/*']) {
    addRoute(app, 'GET', path, (call) => {
      call.route = pageRoute
      files ??= readConsoleFiles()
      if (files) answerPage(call, files.page)
      else answerUnbuilt(call)
    })
  }
}

function answerPage(call: Call, page: string): void {
  const nonce = randomBytes(16).toString('base64')
  // Scripts are files of ours alone; the component library puts styles into the page.
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
  call.answer({
    status: 200,
    headers: {
      ...guards,
      'content-security-policy': policy,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    },
    body: page.replaceAll(noncePlace, nonce),
  })
}

/** The name of an asset has a hash of what is in it. */
function answerAsset(call: Call, { type, plain, encoded }: ConsoleFile): void {
  const accepted = (call.head.headers['accept-encoding'] ?? '').split(',').map((one) => one.trim())
  const coding = [...encoded.keys()].find((name) => accepted.includes(name))
  const headers = {
    ...guards,
    'content-type': type,
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'Accept-Encoding',
  }
  const bytes = coding === undefined ? undefined : encoded.get(coding)
  if (coding === undefined || !bytes) call.answerBytes(headers, plain)
  else call.answerBytes({ ...headers, 'content-encoding': coding }, bytes)
}

function answerUnbuilt(call: Call): void {
  call.answer({
    status: 503,
    headers: { ...guards, 'content-type': 'text/plain; charset=utf-8' },
    body: 'The console is not built yet. Run "npm run build" where Roster is installed, then reload.\n',
  })
}
