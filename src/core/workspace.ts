import type { WorkspaceId } from './profile.ts'

/** What an operator may set per workspace. */
export interface WorkspaceSettings {
  /** Whether an upsert may find a person by e-mail (design: on; off is each vendor's exact way). */
  emailMatching: boolean
  /** What happens to attributes a vendor does not know. */
  unknownKeys: 'create' | 'ignore' | 'existing-only'
  /** ISO 3166 region that phone numbers without a country code are read in. */
  phoneRegion: string | null
  /** Browser origins that may call with a token; `*` allows every origin. */
  allowedOrigins: string[]
  /**
   * Attributes by whose values profiles are found at once. `name` also stands for the shown name,
   * found by how it begins. Writing a value that is not named here costs nothing. By default these
   * are two of few values: a new person then writes a tenth more bytes; with `name` as well, which
   * differs from one to the next, four tenths.
   */
  indexedAttributes: string[]
  /**
   * Whether webhooks that a vendor's API registers from now on may reach loopback and private
   * addresses: whoever has a token chooses their address, so only who operates Roster says so.
   */
  privateWebhooks: boolean
}

export const defaultSettings: WorkspaceSettings = {
  emailMatching: true,
  unknownKeys: 'create',
  phoneRegion: null,
  allowedOrigins: ['*'],
  indexedAttributes: ['country', 'language'],
  privateWebhooks: false,
}

export interface Workspace {
  id: WorkspaceId
  name: string
  settings: WorkspaceSettings
  /** 32 hex digits; the ids that others see are derived with it, and nothing else is. */
  idKey: string
  createdAt: number
}

/** Whether text is a region that phone numbers can be read in. */
export function isRegion(text: string): boolean {
  if (!/^[A-Z]{2}$/.test(text) || text === 'ZZ') return false
  // A region nobody knows has no name but its own code.
  return new Intl.DisplayNames('en', { type: 'region', fallback: 'none' }).of(text) !== undefined
}

/** Whether text is a browser's origin: a scheme and a host, and nothing behind. */
export function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text
}
