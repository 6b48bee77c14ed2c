import { own } from '../core/json.ts'
import { limits } from '../core/limits.ts'
import { isOrigin, isRegion, type WorkspaceSettings } from '../core/workspace.ts'
import { didYouMean } from '../lib/nearest.ts'
import { columns } from './columns.ts'
import { CliError } from './command.ts'

interface Setting<Value> {
  allowed: string
  help: string
  /** undefined when the text is not allowed. */
  read(text: string): Value | undefined
}

type Settings = { readonly [Name in keyof WorkspaceSettings]: Setting<WorkspaceSettings[Name]> }

const settings: Settings = {
  emailMatching: {
    allowed: 'true or false',
    help: 'Whether a person may be found by e-mail when the identifier finds nobody.',
    read: (text) => own<boolean>({ true: true, false: false }, text),
  },
  unknownKeys: {
    allowed: 'create, ignore or existing-only',
    help: 'What becomes of attributes a vendor does not know.',
    read: (text) => (['create', 'ignore', 'existing-only'] as const).find((word) => word === text),
  },
  phoneRegion: {
    allowed: 'two letters such as NL, or none',
    help: 'Where a phone number without a country code is taken to be from.',
    read: (text) => (text === 'none' ? null : region(text)),
  },
  allowedOrigins: {
    allowed:
      '* for every origin, none, or origins such as https://shop.example with commas between',
    help: 'Browser origins that may call with a token.',
    read: (text) => (text === 'none' ? [] : origins(text)),
  },
  indexedAttributes: {
    allowed: `none, or up to ${limits.indexedAttributesMax} names with commas between`,
    help: 'Attributes by whose values profiles are found at once.',
    read: (text) => (text === 'none' ? [] : attributeNames(text)),
  },
  privateWebhooks: {
    allowed: 'true or false',
    help: 'Whether webhooks registered from now on may reach loopback and private addresses.',
    read: (text) => own<boolean>({ true: true, false: false }, text),
  },
  eventDays: {
    allowed: `a whole number of days from 1 to ${limits.eventDaysMax}, or none`,
    help: 'How long events are kept, where that is shorter than the server keeps them.',
    read: (text) => (text === 'none' ? null : days(text)),
  },
}

/**
 * Reads `key=value` words.
 *
 * @throws CliError `usage` that names the first word which is wrong and what is allowed there.
 */
export function readSettings(pairs: readonly string[]): Partial<WorkspaceSettings> {
  const read: { [name: string]: unknown } = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at < 1) throw new CliError('usage', `"${pair}" is not KEY=VALUE.`)
    const name = pair.slice(0, at)
    const setting = own<Setting<unknown>>(settings, name)
    if (!setting) {
      const meant = didYouMean(name, Object.keys(settings))
      throw new CliError('usage', `There is no setting "${name}".${meant}`)
    }
    const value = setting.read(pair.slice(at + 1))
    if (value === undefined) {
      throw new CliError(
        'usage',
        `${name} must be ${setting.allowed}, not "${pair.slice(at + 1)}".`,
      )
    }
    read[name] = value
  }
  return read
}

/** A value as `readSettings` reads it. */
export function writeSetting(value: WorkspaceSettings[keyof WorkspaceSettings]): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(',')
  return value === null ? 'none' : String(value)
}

/** What can be set, for the help text. */
export function settingsHelp(): string {
  const rows = Object.entries<Setting<unknown>>(settings)
  return columns(
    rows.map(([name, { allowed, help }]) => [`  ${name}`, `${help} ${capital(allowed)}.`]),
  )
}

function region(text: string): string | undefined {
  return isRegion(text) ? text : undefined
}

function days(text: string): number | undefined {
  const number = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : undefined
  return number !== undefined && number <= limits.eventDaysMax ? number : undefined
}

function origins(text: string): string[] | undefined {
  const list = text.split(',')
  return list.every((origin) => origin === '*' || isOrigin(origin)) ? list : undefined
}

function attributeNames(text: string): string[] | undefined {
  // A list as JSON would become names with brackets and quotes in them, and look right when shown.
  if (text.startsWith('[')) return undefined
  const names = [...new Set(text.split(',').map((name) => name.trim()))]
  const fit = names.every((name) => name !== '' && name.length <= limits.nameLengthMax)
  return fit && names.length <= limits.indexedAttributesMax ? names : undefined
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
