import { askCommand } from '../../core/ask.ts'
import type { AskingEndpoint } from '../../core/dialect.ts'
import { own } from '../../core/json.ts'
import { behaviourOf, changeDatabase, findDatabase } from './databases.ts'
import { refusal } from './field-definitions.ts'
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
    const fields = 'fields' in behaviour ? behaviour.fields : {}
    const changes = fieldChanges(fields, home.fields, home.isUsers, request.now)
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
    return shown(behaviourOf(yield* findDatabase(request)))
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
    const fields = behavior === 'update' ? { fields: readMap(own(body, 'fields') ?? {}) } : {}
    yield* changeDatabase(database, { on_unsubscribe: { behavior, ...fields } })
    return done
  },
})

export const unsubscribeEndpoints = [...unsubscribe, read, ...update]
