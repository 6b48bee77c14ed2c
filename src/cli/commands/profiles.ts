import type { JsonObject } from '../../core/json.ts'
import { apiCommand } from '../api-command.ts'
import { CliError, type OptionSpec } from '../command.ts'
import { readJson, readValues } from '../read-values.ts'

const asked = 'ID|KIND=VALUE'
const one = { min: 1, max: 1 }
const values = 'NAME=text is a text; NAME:=json is JSON: a number, true, null, a list.'

export const profilesList = apiCommand({
  name: 'profiles list',
  summary: 'Search profiles.',
  usage: '',
  details:
    'By identifier, name, phone, times, and with --where by a condition as rules have them:\n' +
    `--where '{"profile": "country", "is": "NL"}'.`,
  operation: 'listProfiles',
  positionals: { min: 0, max: 0 },
  show: [
    ['ID', ({ id }) => id],
    ['NAME', (profile) => profile.display_name],
    ['IDENTIFIERS', ({ identifiers }) => (identifiers as JsonObject[]).map(named).join(' ')],
    ['TAGS', ({ tags }) => (tags as string[]).join(',')],
    ['UPDATED', (profile) => profile.updated_at],
  ],
})

const texts = (help: string, placeholder = 'NAME=VALUE'): OptionSpec => {
  return { type: 'list', help, placeholder }
}

export const profilesSet = apiCommand({
  name: 'profiles set',
  summary: 'Make a profile, or change what is named of it.',
  usage: `${'KIND VALUE'} [NAME=VALUE...]`,
  details: `For instance: roster profiles set user_id 42 first_name=Jo visits:=3. ${values}`,
  operation: 'putProfile',
  positionals: { min: 2, max: 1_000 },
  params: ['kind', 'value'],
  options: {
    once: texts('An attribute that is written where nothing is stored.'),
    unset: texts('An attribute to clear.', 'NAME'),
    increment: texts('A number to add.', 'NAME=N'),
    tag: texts('A tag to add.', 'TAG'),
    untag: texts('A tag to take away.', 'TAG'),
    identifier: texts('One more identifier.', 'KIND=VALUE'),
    'occurred-at': { type: 'text', placeholder: 'TIME', help: 'When it was true.' },
    body: {
      type: 'text',
      placeholder: 'JSON',
      help: 'The whole change instead, as the API has it.',
    },
  },
  body({ positionals, options }) {
    const words = positionals.slice(2)
    if (options.body !== undefined) {
      if (words.length > 0) throw new CliError('usage', 'Give either --body or NAME=VALUE.')
      return readJson('--body', String(options.body)) as JsonObject
    }
    const list = (given: unknown) => (given ?? []) as string[]
    const numbers = Object.entries(readValues(list(options.increment), 'NAME=N'))
    const body: JsonObject = {
      set: readValues(words),
      set_once: readValues(list(options.once)),
      unset: list(options.unset),
      increment: Object.fromEntries(numbers.map(([name, value]) => [name, Number(value)])),
      tags: { add: list(options.tag), remove: list(options.untag) },
      identifiers: readValues(list(options.identifier), 'KIND=VALUE'),
    }
    const at = options['occurred-at']
    return { ...body, ...(at === undefined ? {} : { occurred_at: String(at) }) }
  },
})

export const profilesRemove = apiCommand({
  name: 'profiles remove',
  summary: 'Take a profile out of every read; its events stay. See erase.',
  usage: asked,
  operation: 'removeProfile',
  positionals: one,
  params: ['id'],
})

export const profilesMerge = apiCommand({
  name: 'profiles merge',
  summary: 'Make one person of several profiles; the first one stays.',
  usage: `${asked} ${asked}...`,
  details: 'With --dry-run it says what would not be seen any more, and what the guards say.',
  operation: 'mergeProfiles',
  positionals: { min: 2, max: 51 },
  params: ['id'],
  options: { 'no-guards': { type: 'flag', help: 'Merge what is perhaps not one person too.' } },
  body: ({ positionals, options }) => ({
    from: positionals.slice(1).map((word): JsonObject => {
      if (/^\d+$/.test(word)) return { id: Number(word) }
      const at = word.indexOf('=')
      if (at < 1) throw new CliError('usage', `"${word}" is not ${asked}.`)
      return { by: { kind: word.slice(0, at), value: word.slice(at + 1) } }
    }),
    guards: options['no-guards'] !== true,
  }),
})

export const profilesUnmerge = apiCommand({
  name: 'profiles unmerge',
  summary: 'Undo a merge: who went is back.',
  usage: `${asked} EVENT`,
  details: 'EVENT is the number of the event profile.merged: roster profiles history.',
  operation: 'undoMerge',
  positionals: { min: 2, max: 2 },
  params: ['id'],
  body({ positionals }) {
    const event = positionals[1] ?? ''
    if (/^\d{1,15}$/.test(event)) return { event_id: Number(event) }
    throw new CliError('usage', `"${event}" is not the number of an event.`)
  },
})

export const profilesHistory = apiCommand({
  name: 'profiles history',
  summary: 'Show what changed about a person, newest first.',
  usage: asked,
  operation: 'getHistory',
  positionals: one,
  params: ['id'],
})

export const profilesTimeline = apiCommand({
  name: 'profiles timeline',
  summary: 'Show what happened about a person, newest first.',
  usage: asked,
  operation: 'getTimeline',
  positionals: one,
  params: ['id'],
  show: [
    ['ID', ({ id }) => id],
    ['RECEIVED', (event) => event.received_at],
    ['TYPE', ({ type }) => type],
    ['SOURCE', ({ source }) => (source as JsonObject).dialect],
    ['CHANGED', ({ changes }) => (changes as JsonObject[]).map(({ name }) => name).join(',')],
  ],
})

export const profilesProvenance = apiCommand({
  name: 'profiles provenance',
  summary: 'Show where each value of a person came from.',
  usage: asked,
  operation: 'getProvenance',
  positionals: one,
  params: ['id'],
})

function named({ kind, value }: JsonObject): string {
  return `${String(kind)}=${String(value)}`
}
