import { askCommand, askRecord } from '../../core/ask.ts'
import { Fault, type FieldFault } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { definitionKey, readDefinition } from './definitions.ts'
import { fieldByDisplayName, fields } from './fields.ts'
import { done, noContent, readObject, required } from './requests.ts'
import { readUserBody } from './user-body.ts'
import { onUser } from './user-paths.ts'
import { versionOf } from './version.ts'
import { writeUser } from './write-user.ts'

/** `{attribute, value}`: one name, standard or custom; a new one is made (wire notes 6.6). */
const setOne = onUser('POST', '/set_attribute', 'profiles:write', function* (request, keys) {
  const body = readObject(request.body)
  const faults: FieldFault[] = []
  const attribute = required(body, 'attribute', limits.nameLengthMax, faults)
  if (!Object.hasOwn(body, 'value')) {
    faults.push({ field: 'value', message: 'This field is required.' })
  }
  if (faults.length > 0) throw new Fault('invalid_field', { fields: faults })
  const set: JsonObject = { [attribute]: body.value ?? null }
  const whom = { keys, matchEmail: false, onMissing: 'refuse' } as const
  yield* writeUser(request, whom, readUserBody(set, versionOf(request)), 'create')
  return done
})

/** A flat object of names and values; the answer is empty, as recorded. */
const setMany = onUser(
  'POST',
  '/set_multiple_attributes',
  'profiles:write',
  function* (request, keys) {
    const whom = { keys, matchEmail: false, onMissing: 'refuse' } as const
    const body = readUserBody(readObject(request.body), versionOf(request))
    yield* writeUser(request, whom, body, 'create')
    return { status: 200 }
  },
)

/** Clears a value. Clients send it as DELETE with a body, and by `user_id` as POST. */
const removeOne = (method: 'POST' | 'DELETE') =>
  onUser(method, '/remove_attribute', 'profiles:write', function* (request, keys) {
    versionOf(request)
    const faults: FieldFault[] = []
    const name = required(readObject(request.body), 'attribute', limits.nameLengthMax, faults)
    if (faults.length > 0) throw new Fault('invalid_field', { fields: faults })
    const field = fields.get(name) ?? fieldByDisplayName(name)
    const set: JsonObject = {}
    if (field?.kind === 'attribute') set[field.attribute] = null
    else if (!field) {
      const { kind, ...key } = definitionKey(name)
      const record = yield* askRecord(kind, key)
      set[record ? readDefinition(record).stored : name] = null
    } else {
      const message = `"${name}" is not a valid choice.`
      throw new Fault('invalid_field', { fields: [{ field: 'attribute', message }] })
    }
    const changes = { set }
    yield* askCommand({
      kind: 'write-profile',
      keys,
      matchEmail: false,
      onMissing: 'refuse',
      changes,
    })
    return noContent
  })

export const userAttributeEndpoints = [
  ...setOne,
  ...setMany,
  ...removeOne('POST'),
  ...removeOne('DELETE'),
]
