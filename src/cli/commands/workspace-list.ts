import { columns } from '../columns.ts'
import { defineCommand } from '../command.ts'
import { isoTime, workspaceJson } from '../shown.ts'
import { withStore } from '../with-store.ts'

export const workspaceList = defineCommand({
  name: 'workspace list',
  summary: 'List the workspaces.',
  usage: '',
  positionals: { min: 0, max: 0 },
  options: {},
  async run({ config }) {
    const workspaces = await withStore(config(), (store) => store.listWorkspaces())
    const rows = workspaces.map(({ id, name, createdAt }) => [
      String(id),
      name,
      isoTime(createdAt) ?? '',
    ])
    return {
      json: workspaces.map(workspaceJson),
      text: columns([['ID', 'NAME', 'CREATED'], ...rows]),
    }
  },
})
