import type { JsonObject } from '../../core/json.ts'
import { apiCommand } from '../api-command.ts'
import { readValues } from '../read-values.ts'

export const eventsSend = apiCommand({
  name: 'events send',
  summary: 'Log an event; the rules react to it.',
  usage: 'TYPE [NAME=VALUE...]',
  details:
    'For instance: roster events send order.paid total:=12.5 --identifier user_id=42.\n' +
    'NAME=text is a text; NAME:=json is JSON.',
  operation: 'sendEvents',
  positionals: { min: 1, max: 1_000 },
  options: {
    identifier: { type: 'list', placeholder: 'KIND=VALUE', help: 'Whom it is about.' },
    profile: { type: 'integer', placeholder: 'ID', help: 'Whom it is about, by number.' },
    'occurred-at': { type: 'text', placeholder: 'TIME', help: 'When it happened.' },
    key: { type: 'text', placeholder: 'KEY', help: 'An idempotency key: sent twice, logged once.' },
  },
  body({ positionals, options }): JsonObject {
    const [type = '', ...words] = positionals
    const { profile, key } = options
    const at = options['occurred-at']
    return {
      type,
      attributes: readValues(words),
      identifiers: readValues((options.identifier ?? []) as string[], 'KIND=VALUE'),
      ...(profile === undefined ? {} : { profile_id: Number(profile) }),
      ...(key === undefined ? {} : { idempotency_key: String(key) }),
      ...(at === undefined ? {} : { occurred_at: String(at) }),
    }
  },
})
