import type { Dialect } from '../core/dialect.ts'

/** Which dialect alone answers under a host name. */
export interface Hosts {
  /** `host` as a client sent it, with or without a port. */
  boundTo(host: string): Dialect | null
}

/**
 * Binds the names that dialects bring along, and those of the option: words `dialect=name,name`
 * with white space between them, where `*.` at the beginning of a name stands for any labels.
 *
 * @throws Error naming what is wrong with the option.
 */
export function bindHosts(dialects: readonly Dialect[], option: string | null): Hosts {
  const exact = new Map<string, Dialect>()
  const endings = new Map<string, Dialect>()
  const bind = (name: string, dialect: Dialect) => {
    if (!namePattern.test(name)) throw wrong(`"${name}" is no host name`)
    const [names, key] = name.startsWith('*.') ? [endings, name.slice(1)] : [exact, name]
    const holder = names.get(key)
    if (holder && holder !== dialect) throw wrong(`"${name}" is given to two dialects`)
    names.set(key, dialect)
  }
  for (const dialect of dialects) for (const name of dialect.hosts ?? []) bind(name, dialect)
  for (const word of (option ?? '').split(/\s+/).filter((part) => part !== '')) {
    const [, id, names] = /^([^=]+)=(.+)$/.exec(word) ?? []
    const dialect = dialects.find((one) => one.id === id)
    if (!dialect || names === undefined) {
      const ids = dialects.map((one) => one.id).join(', ')
      throw wrong(`"${word}" is not DIALECT=NAME,NAME with one of the dialects ${ids}`)
    }
    for (const name of names.split(',')) bind(name.toLowerCase(), dialect)
  }
  return {
    boundTo(host) {
      const name = host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '')
      const found = exact.get(name)
      if (found) return found
      for (let dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) {
        const under = endings.get(name.slice(dot))
        if (under) return under
      }
      return null
    },
  }
}

const namePattern = /^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/

function wrong(what: string): Error {
  return new Error(`ROSTER_HOSTS: ${what}.`)
}
