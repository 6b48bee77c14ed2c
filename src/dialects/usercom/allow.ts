import type { Endpoint } from '../../core/dialect.ts'
import { endpoints } from './endpoints.ts'

/** The `Allow` header of a view that has these methods: reads also answer HEAD (wire notes 2.4). */
export function allowHeader(methods: readonly string[]): string {
  const all = methods.includes('GET') ? [...methods, 'HEAD', 'OPTIONS'] : [...methods, 'OPTIONS']
  return [...new Set(all)].join(', ')
}

/**
 * The methods of the view at a path. A router that knows only patterns takes `update_or_create` for
 * an id too; here a fixed path wins over it. Empty where the vendor has no such path at all.
 */
export function methodsAt(path: string): string[] {
  const parts =
    path
      .split('?', 1)[0]
      ?.split('/')
      .filter((part) => part !== '')
      .slice(2) ?? []
  const fixed = endpoints.filter((endpoint) => endpoint.path === `/${parts.join('/')}`)
  const matching =
    fixed.length > 0 ? fixed : endpoints.filter((endpoint) => matches(endpoint, parts))
  return matching.map((endpoint) => endpoint.method)
}

function matches(endpoint: Endpoint, parts: readonly string[]): boolean {
  const pattern = endpoint.path.split('/').slice(1)
  if (pattern.length !== parts.length) return false
  return pattern.every((part, at) => {
    if (part === ':id') return /^[0-9]+$/.test(parts[at] ?? '')
    return part.startsWith(':') || part === parts[at]
  })
}
