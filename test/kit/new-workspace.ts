import { createHash, randomBytes } from 'node:crypto'
import type { Dialect, ShownToken } from '../../src/core/dialect.ts'
import { starterRules } from '../../src/core/rule.ts'
import type { Workspace, WorkspaceSettings } from '../../src/core/workspace.ts'
import type { Store } from '../../src/storage/store.ts'

export interface NewWorkspace {
  workspace: Workspace
  /** One token per dialect, as its vendor's clients show it. */
  tokens: { [dialect: string]: ShownToken }
}

/** A workspace with starter rules, a name of its own and a fresh token for every dialect. */
export async function newWorkspace(
  store: Store,
  dialects: readonly Dialect[],
  settings: Partial<WorkspaceSettings> = {},
): Promise<NewWorkspace> {
  const born = await store.createWorkspace(`w-${randomBytes(8).toString('hex')}`, starterRules)
  const workspace =
    Object.keys(settings).length > 0 ? await store.updateSettings(born.id, settings) : born
  const tokens: NewWorkspace['tokens'] = {}
  for (const dialect of dialects) {
    const { publicPart, secret, shown } = dialect.tokens.make(randomBytes)
    await store.createToken({
      publicPart,
      secretHash: createHash('sha256').update(secret).digest('hex'),
      workspaceId: workspace.id,
      dialect: dialect.id,
      scopes: [],
      label: 'test',
    })
    tokens[dialect.id] = shown
  }
  return { workspace, tokens }
}
