import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import type { DialectResponse } from '../../core/dialect.ts'
import { addRoute } from '../add-route.ts'
import type { Metrics } from '../metrics.ts'
import { makeRoute } from '../route.ts'
import { nativePath } from './dialect.ts'
import { renderErrorsPage } from './errors-page.ts'
import { buildDocument } from './openapi.ts'
import { errorsPath } from './problem.ts'
import { routes } from './routes.ts'

const pages = new URL('./page/', import.meta.url)

/** Nothing is loaded from elsewhere, nothing stands in the page itself, nobody may frame it. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

const pageHeaders = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
}

/** The API's document, the page on which it is read and tried, and the page of errors. */
export function mountDocs(app: FastifyInstance, metrics: Metrics): void {
  const serve = (path: string, type: string, text: () => string) => {
    const answer: () => DialectResponse = once(() => ({
      status: 200,
      headers: { ...pageHeaders, 'content-type': type },
      body: text(),
    }))
    const route = makeRoute(metrics, path)
    addRoute(app, 'GET', path, (call) => {
      call.route = route
      call.answer(answer())
    })
  }
  serve(`${nativePath}/openapi.json`, 'application/json', () =>
    JSON.stringify(buildDocument(routes)),
  )
  serve('/docs', 'text/html; charset=utf-8', () => file('index.html'))
  serve('/docs/page.js', 'text/javascript; charset=utf-8', () => file('page.js'))
  serve('/docs/page.css', 'text/css; charset=utf-8', () => file('page.css'))
  serve(errorsPath, 'text/html; charset=utf-8', renderErrorsPage)
}

function file(name: string): string {
  return readFileSync(new URL(name, pages), 'utf8')
}

/** Made when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
