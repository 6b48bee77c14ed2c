import type { Key } from '../../core/command.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../../core/json.ts'
import type { PayloadInput } from '../../core/payload.ts'
import { emailIdentifier, type Identifier, type ProfileId } from '../../core/profile.ts'
import { wholeNumber } from './kinds.ts'
import { localTime } from './local-time.ts'

/*
 * Mails are sent by somebody else, who reports what became of them as events of the group `mail`.
 * What the vendor's webhooks tell of them are what these events say, under the same names (the
 * vendor's pages webhook-clicks, -deliveries, -opens, -bounces and -failures).
 */

/** What is told of each, besides what is told of all, in the order of the vendor's pages. */
const told = {
  click: ['ip', 'original', 'useragent', 'referer'],
  delivery: [],
  open: ['ip', 'useragent', 'referer'],
  bounce: ['envelope', 'mime'],
  failure: ['state', 'code', 'extended', 'description'],
} as const

type MailTrigger = keyof typeof told

/** Event types by trigger: what is reported, and what listens to it. */
export const mailTypes: { readonly [T in MailTrigger]: readonly [string] } = {
  click: ['mail.click'],
  delivery: ['mail.delivery'],
  open: ['mail.open'],
  bounce: ['mail.bounce'],
  failure: ['mail.failure'],
}

const triggers: ReadonlyMap<string, MailTrigger> = new Map(
  Object.entries(mailTypes).map(([trigger, [type]]) => [type, trigger as MailTrigger]),
)

/** The trigger that an event is to webhooks; null for one that is about no mail. */
export function mailTriggerOf(type: string): MailTrigger | null {
  return triggers.get(type) ?? null
}

/** Whom a mail went to: `profile` is an ID as it is shown, `recipient` or `email` an address. */
export function recipientOf(attributes: JsonObject): { subject: Key[]; identifiers: Identifier[] } {
  const profile = own(attributes, 'profile')
  const id = typeof profile === 'object' ? null : wholeNumber(String(profile))
  const identifier = emailIdentifier(own(attributes, 'recipient') ?? own(attributes, 'email'))
  const subject: Key[] = []
  if (id !== null) subject.push({ profile: id as ProfileId })
  if (identifier) subject.push({ identifier })
  return { subject, identifiers: identifier ? [identifier] : [] }
}

/** What is posted to a webhook; what the report did not say is left out, as the vendor does. */
export function mailForm(
  trigger: MailTrigger,
  { event: { attributes, occurredAt }, person }: PayloadInput,
): URLSearchParams {
  const form = new URLSearchParams()
  const add = (name: string, value: JsonValue | undefined) => {
    if (value === undefined || value === null) return
    form.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
  }
  add('id', own(attributes, 'id'))
  add('type', trigger)
  add('timestamp', localTime(occurredAt))
  add('time', Math.floor(occurredAt / 1_000))
  const address = own(attributes, 'recipient') ?? own(attributes, 'email')
  add('recipient', address ?? own(person?.attributes ?? {}, 'email'))
  for (const name of told[trigger]) add(name, own(attributes, name))
  const tags = own(attributes, 'tags')
  const list = Array.isArray(tags) ? tags : isObject(tags) ? Object.values(tags) : [tags ?? null]
  for (const tag of list) add('tags[]', tag)
  return form
}
