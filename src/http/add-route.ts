import type { FastifyInstance } from 'fastify'
import { type Call, callOf } from './call.ts'
import type { Params } from './serve-endpoint.ts'

/**
 * Serves the calls on a path. A call is served from the framework's first hook, which never goes on
 * to the next: later the framework would read bodies and judge content types by rules of its own,
 * before anybody knows who calls.
 */
export function addRoute(
  app: FastifyInstance,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  url: string,
  serve: (call: Call, params: Params) => void,
): void {
  app.route({
    method: method === 'GET' ? ['GET', 'HEAD'] : [method],
    url,
    onRequest: (request) => serve(callOf(request.raw), request.params as Params),
    handler: unreachable,
  })
}

/**
 * Serves every call below the prefix that no route takes. It gets a scope of its own, since hooks
 * hold for every route of their scope.
 */
export function addUnrouted(
  app: FastifyInstance,
  prefix: string,
  serve: (call: Call) => void,
): void {
  app.register(
    (scope, _options, done) => {
      scope.addHook('onRequest', (request) => serve(callOf(request.raw)))
      scope.setNotFoundHandler(unreachable)
      done()
    },
    { prefix },
  )
}

function unreachable(): never {
  throw new Error('a call went on behind the hook that serves it')
}
