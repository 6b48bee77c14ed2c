import type { StepPlan, StepState } from './action.ts'
import { asStandard } from './attributes.ts'
import type { Changes } from './command.ts'
import { isObject, type JsonObject, type JsonValue, own } from './json.ts'
import { limits } from './limits.ts'
import { emailIdentifier } from './profile.ts'

/*
 * What actions that change a profile have in common. Schemas are plain data: the thread that writes
 * loads them, and has no use for a schema library.
 */

/** The settings of an action on attributes: whose, and which. */
export const attributesSettings: JsonObject = {
  type: 'object',
  properties: {
    match: { enum: ['email', 'subject'] },
    attributes: { anyOf: [{ const: 'event' }, { type: 'object', minProperties: 1 }] },
  },
  required: ['attributes'],
  additionalProperties: false,
}

/** The settings of an action on a tag. A template is longer than what comes out of it. */
export const tagSettings: JsonObject = {
  type: 'object',
  properties: {
    tag: {
      type: 'string',
      description: `a tag of 1 to ${limits.nameLengthMax} characters, or a template`,
      anyOf: [{ minLength: 1, maxLength: limits.nameLengthMax }, { pattern: '\\{[{%]' }],
    },
  },
  required: ['tag'],
  additionalProperties: false,
}

/** The settings of an action on a channel that people can switch off. */
export const channelSettings: JsonObject = {
  type: 'object',
  properties: { channel: { enum: ['email', 'texting'] } },
  required: ['channel'],
  additionalProperties: false,
}

/** Changes the run's person; without one the step has no effect. */
export function changeSubject({ subject }: StepState, changes: Changes): StepPlan {
  if (!subject) return { kind: 'skip', name: 'profile', reason: 'no_profile' }
  const keys = [{ profile: subject.id }]
  return { kind: 'write-profile', keys, matchEmail: false, onMissing: 'refuse', changes }
}

/**
 * Changes attributes of the run's person, or with `match: email` of the one with the event's
 * e-mail, who is made if need be. `toChanges` says how the attributes are to be written.
 */
export function changeAttributesOf(
  settings: JsonObject,
  state: StepState,
  toChanges: (attributes: JsonObject) => Changes,
): StepPlan {
  const { event } = state
  const attributes = typed(isObject(settings.attributes) ? settings.attributes : event.attributes)
  if (settings.match !== 'email') return changeSubject(state, toChanges(attributes))
  const email = own(event.attributes, 'email')
  const identifier = emailIdentifier(email)
  if (!identifier) return { kind: 'skip', name: 'email', reason: 'no_email' }
  return {
    kind: 'write-profile',
    keys: [{ identifier }],
    matchEmail: false,
    onMissing: 'create',
    // A person made for this e-mail has to have it, also where only other values are written.
    changes: toChanges({ email: email ?? null, ...attributes }),
  }
}

/** Templates and forms have nothing but text. */
function typed(attributes: JsonObject): JsonObject {
  const read: JsonObject = {}
  for (const name of Object.keys(attributes)) {
    read[name] = asStandard(name, attributes[name] ?? null)
  }
  return read
}

/** Adds or takes off the tag of the settings. */
export function changeTag(settings: JsonObject, state: StepState, how: 'add' | 'remove'): StepPlan {
  const tag = settings.tag ?? null
  if (!isName(tag)) return { kind: 'skip', name: 'tag', reason: 'unfit_value' }
  return changeSubject(state, { set: {}, tags: { add: [], remove: [], [how]: [tag] } })
}

/** Switches the channel of the settings on or off. */
export function changeChannel(
  settings: JsonObject,
  state: StepState,
  unsubscribed: boolean,
): StepPlan {
  return changeSubject(state, {
    set: { [`unsubscribed_${String(settings.channel)}`]: unsubscribed },
  })
}

function isName(value: JsonValue): value is string {
  return typeof value === 'string' && value !== '' && value.length <= limits.nameLengthMax
}
