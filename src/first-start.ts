import { hash, randomBytes } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Actor } from './core/audit.ts'
import type { Dialect, ShownToken } from './core/dialect.ts'
import { Fault } from './core/errors.ts'
import type { WorkspaceId } from './core/profile.ts'
import { starterRules } from './core/rule.ts'
import type { Store, Token } from './storage/store.ts'

/** What an empty store was given. The tokens exist here in full for the only time. */
export interface FirstStart {
  workspace: string
  tokens: { dialect: Dialect; shown: ShownToken }[]
}

/** The workspace that commands work on when they name none. */
export const defaultWorkspace = 'default'

/**
 * Gives an empty store its first workspace, with the starter rules and one token per dialect. A
 * store with any other workspace, or that ever had a token, is left alone: null.
 */
export async function prepareFirstStart(
  store: Store,
  dialects: readonly Dialect[],
): Promise<FirstStart | null> {
  const workspace = await ensureFirstWorkspace(store)
  if (workspace === null) return null
  const tokens: FirstStart['tokens'] = []
  for (const dialect of dialects) {
    const shown = await createToken(store, dialect, workspace, { label: 'first start' })
    tokens.push({ dialect, shown })
  }
  return { workspace: defaultWorkspace, tokens }
}

/**
 * The first workspace of an empty store, made with the starter rules. It counts as new for as long
 * as nobody ever had a token: a store that was only seeded, or whose first start was cut short.
 * null when the store is past that.
 */
export async function ensureFirstWorkspace(store: Store): Promise<WorkspaceId | null> {
  const workspaces = await store.listWorkspaces()
  const [only] = workspaces
  if (only === undefined) return createFirstWorkspace(store)
  if (workspaces.length > 1 || only.name !== defaultWorkspace) return null
  return (await store.listTokens(null)).length === 0 ? only.id : null
}

/** null when another node, started at the same moment, was quicker: the tokens are its to make. */
async function createFirstWorkspace(store: Store): Promise<WorkspaceId | null> {
  try {
    return (await store.createWorkspace(defaultWorkspace, starterRules)).id
  } catch (error) {
    if (error instanceof Fault && error.code === 'conflict') return null
    throw error
  }
}

/** Makes a token of the dialect's shape. The secret is in what it answers and nowhere else. */
export async function createToken(
  store: Store,
  dialect: Dialect,
  workspaceId: WorkspaceId,
  {
    by,
    ...options
  }: Partial<Pick<Token, 'scopes' | 'label' | 'rateLimit'>> & { by?: Actor | undefined },
): Promise<ShownToken> {
  const { publicPart, secret, shown } = dialect.tokens.make(randomBytes)
  const secretHash = hash('sha256', secret, 'hex')
  const named = { publicPart, secretHash, workspaceId, dialect: dialect.id }
  await store.createToken({ ...named, scopes: [], label: '', ...options }, by)
  return shown
}

/** Where the console is, below the server's address. */
export const consolePath = '/console/'

/** The first tokens and a working call for each main endpoint, ready to paste. */
export function renderFirstStart({ workspace, tokens }: FirstStart, url: string): string {
  const parts = [
    `This is the first start. Workspace "${workspace}" has its starter rules and one token for`,
    'each dialect. The tokens are shown this once; roster token create makes others.',
    `The console at ${url}${consolePath} takes the one of "native". Calls to try:`,
  ]
  for (const { dialect, shown } of tokens) {
    const token = Object.entries(shown).map(([name, value]) => `${name} ${value}`)
    parts.push('', `== ${dialect.id}: ${token.join(', ')}`)
    for (const { title, command } of dialect.samples(url, shown)) {
      parts.push('', `# ${title}`, command)
    }
  }
  return `${parts.join('\n')}\n`
}

/** Leaves the first tokens in the data folder, for their owner's eyes; answers where. */
export function writeFirstTokens(folder: string, text: string): string {
  const path = join(folder, 'first-tokens.txt')
  // A new file, since an old one may have been opened to others.
  writeFileSync(`${path}.new`, text, { mode: 0o600, flag: 'w' })
  renameSync(`${path}.new`, path)
  return path
}
