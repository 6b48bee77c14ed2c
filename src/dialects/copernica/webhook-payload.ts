import type { Asking } from '../../core/ask.ts'
import { Fault } from '../../core/errors.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../../core/json.ts'
import type { Payload, RenderedPayload } from '../../core/payload.ts'
import type { Profile } from '../../core/profile.ts'
import type { Workspace } from '../../core/workspace.ts'
import { type Database, findByKey, findUsers } from './databases.ts'
import { type Field, fieldsOf } from './field-definitions.ts'
import { interestNamesFor, interestsOf } from './interest-names.ts'
import { localTime } from './local-time.ts'
import { mailForm, mailTriggerOf, mailTypes } from './mail-events.ts'
import { homeKey, showFields } from './profile-object.ts'
import { subprofileForm } from './subprofile-webhooks.ts'
import { signature } from './webhook-signature.ts'

/** Event types by the trigger that they are to the vendor. */
export const triggerTypes = {
  create: ['profile.created'],
  update: ['profile.updated', 'profile.merged'],
  delete: ['profile.removed', 'profile.absorbed'],
  unsubscribe: ['profile.updated'],
  ...mailTypes,
} as const

/** What the vendor posts to a webhook (wire notes 4.7): a form, about a profile or a mail. */
export const webhookPayload: Payload = {
  name: 'copernica',
  *render(input): Asking<RenderedPayload> {
    const { event, person, workspace, given } = input
    const mail = mailTriggerOf(event.type)
    if (mail) return asForm(mailForm(mail, input))
    if (!person) throw new Fault('profile_not_found', { message: 'The event is about nobody.' })
    const ofSubprofile = yield* subprofileForm(input, triggerOf(event.type, given))
    if (ofSubprofile) {
      const told = new URLSearchParams()
      for (const [name, value] of ofSubprofile) add(told, name, value)
      return asForm(told)
    }
    const database = yield* databaseOf(person, workspace)
    const fields = yield* fieldsOf(database)
    const type = triggerOf(event.type, given)
    const form = new URLSearchParams({ type })
    if (type !== 'delete') add(form, 'parameters', asked(event.attributes, fields))
    form.append('timestamp', localTime(event.occurredAt))
    form.append('time', String(Math.floor(event.occurredAt / 1_000)))
    form.append('profile', String(person.id))
    form.append('database', database.id)
    if (type !== 'delete') {
      form.append('created', localTime(person.createdAt))
      form.append('modified', localTime(person.updatedAt))
    }
    add(form, 'fields', showFields({ ...person, removedAt: null }, { database, fields }))
    if (type !== 'delete') {
      const known = yield* interestNamesFor([person], database)
      for (const interest of interestsOf(person, known)) form.append(`interests[${interest}]`, '1')
    }
    return asForm(form)
  },
  signature,
}

function asForm(form: URLSearchParams): RenderedPayload {
  return { contentType: 'application/x-www-form-urlencoded', body: form.toString() }
}

/** What the call named, in the vendor's own names. */
function asked(attributes: JsonObject, fields: readonly Field[]): JsonObject {
  const names = new Map(fields.map(({ stored, name }) => [stored, name]))
  const named = Object.entries(attributes).map(([name, value]) => [names.get(name) ?? name, value])
  return Object.fromEntries(named) as JsonObject
}

/** What the webhook is for where it says so; else, in a rule of one's own, what the event is. */
function triggerOf(type: string, given: JsonValue | undefined): string {
  const asked = isObject(given) ? own(given, 'trigger') : undefined
  if (typeof asked === 'string' && Object.hasOwn(triggerTypes, asked)) return asked
  const found = Object.entries(triggerTypes).find(([, types]) => {
    return (types as readonly string[]).includes(type)
  })
  return found?.[0] ?? 'update'
}

/** Maps as `name[key]`, lists as `name[0]`; what is null is empty. */
function add(form: URLSearchParams, name: string, value: JsonValue): void {
  if (typeof value !== 'object' || value === null) {
    form.append(name, value === null ? '' : String(value))
    return
  }
  for (const [key, inner] of Object.entries(value as JsonObject))
    add(form, `${name}[${key}]`, inner)
}

/** As a profile is shown: in the first database that it is in, else in that of everybody. */
function* databaseOf(person: Profile, { createdAt }: Workspace): Asking<Database> {
  const key = homeKey(person)
  const database = key === null ? null : yield* findByKey(key, createdAt)
  return database ?? (yield* findUsers(createdAt))
}
