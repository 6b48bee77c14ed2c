import { columns, printable } from '../columns.ts'
import { defineCommand } from '../command.ts'
import { tokenJson } from '../shown.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const tokenList = defineCommand({
  name: 'token list',
  summary: 'List tokens, without their secrets.',
  usage: '',
  positionals: { min: 0, max: 0 },
  options: {
    workspace: { type: 'text', placeholder: 'NAME', help: 'Only those of one workspace.' },
  },
  async run({ config, options }) {
    const tokens = await withStore(config(), async (store) => {
      const only = options.workspace ? await findWorkspace(store, options.workspace) : null
      const workspaces = await store.listWorkspaces()
      const names = new Map(workspaces.map(({ id, name }) => [id, name]))
      const listed = await store.listTokens(only?.id ?? null)
      return listed.map((token) => tokenJson(token, names.get(token.workspaceId) ?? ''))
    })
    const rows = tokens.map((token) => [
      token.publicPart,
      token.dialect,
      token.workspace,
      token.revokedAt === null ? 'live' : 'revoked',
      token.createdAt ?? '',
      token.rateLimit,
      token.scopes.join(',') || 'all',
      printable(token.label),
    ])
    const head = [
      'PUBLIC PART',
      'DIALECT',
      'WORKSPACE',
      'STATE',
      'CREATED',
      'RATE LIMIT',
      'SCOPES',
      'LABEL',
    ]
    return { json: tokens, text: columns([head, ...rows]) }
  },
})
