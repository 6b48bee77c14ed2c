import { askCommand } from '../../core/ask.ts'
import type { AskingEndpoint } from '../../core/dialect.ts'
import { type JsonObject, own } from '../../core/json.ts'
import { behaviourOf, changeDatabase, findDatabase } from './databases.ts'
import { byName, type Field, fieldsOf, refusal } from './field-definitions.ts'
import { findLiving } from './find-profile.ts'
import { shown } from './paging.ts'
import { fieldChanges, readMap } from './profile-body.ts'
import { changeProfile } from './profile-endpoints.ts'
import { bodyOf, done, eitherWay } from './requests.ts'

/**
 * Whoever unsubscribes gets no more mail from anybody who asks Roster; what the database does
 * besides is set there (wire notes 5.1). The body does not matter.
 */
const unsubscribe = eitherWay({
  path: '/profile/:profile/unsubscribe',
  scope: 'profiles:write',
  *ask(request) {
    const { profile, database, home } = yield* findLiving(request)
    const behaviour = behaviourOf(database)
    if (behaviour.behavior === 'remove') {
      yield* askCommand({ kind: 'remove-profile', keys: [{ profile: profile.id }] })
      return done
    }
    const fields = 'fields' in behaviour ? named(behaviour.fields, home.fields) : {}
    const changes = fieldChanges(fields, home, request.now)
    yield* changeProfile(profile, {
      ...changes,
      set: { unsubscribed_email: true, ...changes.set },
    })
    return done
  },
})

const read: AskingEndpoint = {
  method: 'GET',
  path: '/database/:database/unsubscribe',
  scope: 'profiles:read',
  *ask(request) {
    const database = yield* findDatabase(request)
    const behaviour = behaviourOf(database)
    if (!('fields' in behaviour)) return shown(behaviour)
    const fields = named(behaviour.fields, yield* fieldsOf(database))
    return shown({ ...behaviour, fields })
  },
}

const update = eitherWay({
  path: '/database/:database/unsubscribe',
  scope: 'profiles:write',
  *ask(request) {
    const database = yield* findDatabase(request)
    const body = bodyOf(request)
    const behavior = own(body, 'behavior')
    if (behavior !== 'nothing' && behavior !== 'remove' && behavior !== 'update') {
      throw refusal('Parameter behavior must be nothing, remove or update')
    }
    const given = behavior === 'update' ? readMap(own(body, 'fields') ?? {}) : null
    const fields = given && { fields: kept(given, yield* fieldsOf(database)) }
    yield* changeDatabase(database, { on_unsubscribe: { behavior, ...fields } })
    return done
  },
})

/** Values by where they are kept, so that they stay theirs when a field is called otherwise. */
function kept(given: JsonObject, fields: readonly Field[]): JsonObject {
  const known = byName(fields)
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      return [known.get(name.toLowerCase())?.stored ?? name, value]
    }),
  )
}

/** The same by what the fields are called now. */
function named(values: JsonObject, fields: readonly Field[]): JsonObject {
  const names = new Map(fields.map(({ stored, name }) => [stored, name]))
  return Object.fromEntries(
    Object.entries(values).map(([stored, value]) => [names.get(stored) ?? stored, value]),
  )
}

export const unsubscribeEndpoints = [...unsubscribe, read, ...update]
