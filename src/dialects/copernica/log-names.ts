import type { Asking } from '../../core/ask.ts'
import type { Event } from '../../core/event.ts'
import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { readCollection } from './collections.ts'
import { type Database, findUsers, furtherDatabases, parentOf, usersKey } from './databases.ts'
import { type Field, fieldsOf } from './field-definitions.ts'
import { COLLECTION } from './kinds.ts'
import { askByKey, folded } from './names.ts'

/** Events say under which keys things are kept; a log file says what they are called by now. */
export function* withNames(events: readonly Event[], createdAt: number): Asking<Event[]> {
  const names = new Names(createdAt)
  const named: Event[] = []
  for (const event of events) {
    const { type } = event
    if (type.startsWith('profile.')) named.push(yield* names.profile(event))
    else named.push(type.startsWith('subprofile.') ? yield* names.subprofile(event) : event)
  }
  return named
}

interface NamedCollection {
  name: string
  database: string
  fields: ReadonlyMap<string, string>
}

/** Looks up each thing once. */
class Names {
  readonly #createdAt: number
  #databases: ReadonlyMap<string, Database> | null = null
  #everybody: Database | null = null
  readonly #fields = new Map<string, ReadonlyMap<string, string>>()
  readonly #collections = new Map<string, NamedCollection | null>()

  constructor(createdAt: number) {
    this.#createdAt = createdAt
  }

  *profile(event: Event): Asking<Event> {
    const attributes: JsonObject = {}
    for (const [stored, value] of Object.entries(event.attributes)) {
      attributes[yield* this.#attribute(stored)] = value
    }
    return { ...event, attributes }
  }

  *subprofile(event: Event): Asking<Event> {
    const { collection, database, fields, ...others } = event.attributes
    const found = yield* this.#collection(database, collection)
    if (!found) return event
    const told = isObject(fields) ? { fields: renamed(fields, found.fields) } : {}
    const { name } = found
    return {
      ...event,
      attributes: { collection: name, database: found.database, ...told, ...others },
    }
  }

  /** That of a further database has the database's name before its own. */
  *#attribute(stored: string): Asking<string> {
    const all = yield* this.#all()
    const colon = stored.indexOf(':')
    const database = all.get(stored.slice(0, Math.max(colon, 0)))
    if (!database) return (yield* this.#fieldsOf(yield* this.#users())).get(stored) ?? stored
    const own = stored.slice(colon + 1)
    const name = (yield* this.#fieldsOf(database)).get(stored) ?? own
    return `${database.name.toLowerCase()}:${name}`
  }

  /** Further databases by their keys. */
  *#all(): Asking<ReadonlyMap<string, Database>> {
    this.#databases ??= new Map((yield* furtherDatabases()).map((one) => [one.key, one]))
    return this.#databases
  }

  *#users(): Asking<Database> {
    this.#everybody ??= yield* findUsers(this.#createdAt)
    return this.#everybody
  }

  *#fieldsOf(database: Database): Asking<ReadonlyMap<string, string>> {
    const known = this.#fields.get(database.key)
    if (known) return known
    const fields = changedNames(yield* fieldsOf(database))
    this.#fields.set(database.key, fields)
    return fields
  }

  *#collection(
    database: JsonValue | undefined,
    collection: JsonValue | undefined,
  ): Asking<NamedCollection | null> {
    if (typeof database !== 'string' || typeof collection !== 'string') return null
    const key = `${database}/${collection}`
    const known = this.#collections.get(key)
    if (known !== undefined) return known
    const home = database === usersKey ? yield* this.#users() : (yield* this.#all()).get(database)
    const record =
      home && (yield* askByKey(COLLECTION, parentOf(home), folded(COLLECTION, collection)))
    const read = record && (yield* readCollection(record))
    const found = read
      ? {
          name: read.name,
          database: home?.name.toLowerCase() ?? database,
          fields: changedNames(read.fields),
        }
      : null
    this.#collections.set(key, found)
    return found
  }
}

/** By where they are kept, the fields that were called otherwise when they were made. */
export function changedNames(fields: readonly Field[]): ReadonlyMap<string, string> {
  const changed = fields.filter(({ shown }) => Object.hasOwn(shown, 'key'))
  return new Map(changed.map(({ stored, name }) => [stored, name]))
}

/** Values by what their fields are called now. */
export function renamed(values: JsonObject, names: ReadonlyMap<string, string>): JsonObject {
  return Object.fromEntries(
    Object.entries(values).map(([stored, value]) => [names.get(stored) ?? stored, value]),
  )
}
