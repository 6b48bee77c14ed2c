import type { WorkspaceId } from './profile.ts'

const dayMs = 24 * 60 * 60_000

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
   * Attributes by whose values profiles are found at once. Writing a value that is not named here
   * costs nothing. By default these are two of few values: a new person then writes a tenth more
   * bytes.
   */
  indexedAttributes: string[]
  /**
   * Whether webhooks that a vendor's API registers from now on may reach loopback and private
   * addresses: whoever has a token chooses their address, so only who operates Roster says so.
   */
  privateWebhooks: boolean
  /**
   * Days that events are kept, from 1 to `limits.eventDaysMax`; null as long as the server keeps
   * them, and never longer than that.
   */
  eventDays: number | null
}

export const defaultSettings: WorkspaceSettings = {
  emailMatching: true,
  unknownKeys: 'create',
  phoneRegion: null,
  allowedOrigins: ['*'],
  indexedAttributes: ['country', 'language'],
  privateWebhooks: false,
  eventDays: null,
}

export interface Workspace {
  id: WorkspaceId
  name: string
  settings: WorkspaceSettings
  /** 32 hex digits; the ids that others see are derived with it, and nothing else is. */
  idKey: string
  createdAt: number
}

/** A workspace whose events go sooner than those of the server. */
export interface OwnExpiry {
  workspaceId: WorkspaceId
  /** Milliseconds UTC; what was received before then goes. */
  before: number
}

/**
 * The workspaces that keep events for a shorter time than the server, which keeps those since
 * `server`, or all where that is null. One that asks for longer is not among them: a workspace may
 * only shorten.
 */
export function ownExpiries(
  workspaces: readonly Pick<Workspace, 'id' | 'settings'>[],
  now: number,
  server: number | null,
): OwnExpiry[] {
  return workspaces.flatMap(({ id, settings: { eventDays } }) => {
    if (eventDays === null) return []
    const before = now - eventDays * dayMs
    return server !== null && before < server ? [] : [{ workspaceId: id, before }]
  })
}

/**
 * What is wrong with a time that a workspace is to keep its events, undefined when nothing is; 0
 * days of the server are for ever. It is asked where the time is set: the server's may be made
 * shorter later, and counts then.
 */
export function eventDaysFault(wanted: number | null, server: number): string | undefined {
  if (wanted === null || server === 0 || wanted <= server) return undefined
  return `Must be at most ${server}, the days that the server keeps events (ROSTER_EVENT_DAYS).`
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
