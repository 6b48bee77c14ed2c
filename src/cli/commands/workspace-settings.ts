import { eventDaysFault, type WorkspaceSettings } from '../../core/workspace.ts'
import { columns } from '../columns.ts'
import { CliError, defineCommand } from '../command.ts'
import { readSettings, settingsHelp, writeSetting } from '../read-settings.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const workspaceSettings = defineCommand({
  name: 'workspace settings',
  summary: "Show or change a workspace's settings.",
  usage: 'NAME [KEY=VALUE...]',
  details: `Without KEY=VALUE it shows the settings as they are.\n\n${settingsHelp()}`,
  positionals: { min: 1, max: 100 },
  options: {},
  async run({ config, positionals }) {
    const [name = '', ...pairs] = positionals
    const wanted = readSettings(pairs)
    const fault = eventDaysFault(wanted.eventDays ?? null, config().eventDays)
    if (fault) throw new CliError('usage', `eventDays: ${fault}`)
    const settings = await withStore(config(), async (store) => {
      const workspace = await findWorkspace(store, name)
      if (pairs.length === 0) return workspace.settings
      const { settings } = await store.updateSettings(workspace.id, wanted)
      await store.fillIndexes()
      return settings
    })
    return { json: settings, text: columns(rows(settings)) }
  },
})

function rows(settings: WorkspaceSettings): string[][] {
  const names = Object.keys(settings) as (keyof WorkspaceSettings)[]
  return names.map((name) => [name, writeSetting(settings[name])])
}
