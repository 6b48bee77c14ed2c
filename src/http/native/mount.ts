import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../metrics.ts'
import { mountEndpoints, prepareMount } from '../mount-dialect.ts'
import type { Mount } from '../shell.ts'
import type { NativeParts } from './call.ts'
import { native, nativePath } from './dialect.ts'
import { mountDocs } from './docs-page.ts'
import type { NativeRoute } from './route.ts'
import { routes } from './routes.ts'
import { serveNative } from './serve-native.ts'

/** Looks up once, at start, what does not change from one call to the next. */
export function prepareNative(metrics: Metrics): Mount<NativeRoute> {
  return prepareMount(native, nativePath, routes, metrics)
}

/** Serves Roster's own API, its document, and the page on which it can be tried. */
export function mountNative(
  app: FastifyInstance,
  mount: Mount<NativeRoute>,
  parts: NativeParts,
  metrics: Metrics,
): void {
  mountDocs(app, metrics)
  mountEndpoints(app, mount, (call, mounted, params) => serveNative(call, mounted, params, parts))
}
