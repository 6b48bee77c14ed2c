import { limits } from '../../core/limits.ts'
import type { RecordId } from '../../core/record.ts'
import type { Workspace } from '../../core/workspace.ts'
import {
  acceptingMerge,
  findHeldMerge,
  type HeldMerge,
  listHeldMerges,
  rejectHeldMerge,
  shownHeldMerge,
} from '../../operate/held-merges.ts'
import type { FullStore } from '../../storage/open-store.ts'
import { columns, printable } from '../columns.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { isoTime } from '../shown.ts'
import { findWorkspace, withStore } from '../with-store.ts'

const source = { dialect: 'cli', token: null, request: null }

export const mergesList = defineCommand({
  name: 'merges list',
  summary: 'List the merges that the guards held back, oldest first.',
  usage: '',
  positionals: { min: 0, max: 0 },
  options: {
    workspace: workspaceOption,
    rejected: { type: 'flag', help: 'Those that somebody rejected.' },
  },
  async run({ config, options }) {
    const held = await withStore(config(), async (store) => {
      const { id } = await findWorkspace(store, options.workspace)
      const state = options.rejected ? 'rejected' : 'open'
      const all: HeldMerge[] = []
      let after: RecordId | null = 0 as RecordId
      while (after !== null) {
        const page = await listHeldMerges(store, id, { state, after, limit: limits.pageMax })
        all.push(...page.data)
        after = page.next
      }
      return all
    })
    const lines = held.map(({ id, into, from, times, lastHeldAt, risks }) => [
      ...[String(id), `${from.map((each) => each.id).join(', ')} into ${into.id}`],
      ...[`${times} times, last ${isoTime(lastHeldAt)}`, printable(risks[0]?.message ?? '')],
    ])
    const text = lines.length > 0 ? columns(lines) : 'No merge was held back.'
    return { json: held.map(shownHeldMerge), text }
  },
})

export const mergesAccept = defineCommand({
  name: 'merges accept',
  summary: 'Merge what the guards held back.',
  usage: 'ID',
  positionals: { min: 1, max: 1 },
  options: { workspace: workspaceOption },
  async run({ config, positionals, options }) {
    return withStore(config(), async (store) => {
      const { workspace, held } = await find(store, options.workspace, positionals[0] ?? '')
      await store.apply(workspace.id, { ...acceptingMerge(held), source })
      const from = held.from.map((each) => each.id)
      const text = `Merged ${from.join(', ')} into ${held.into.id}.`
      return { json: { profile_id: held.into.id, profiles: from }, text }
    })
  },
})

export const mergesReject = defineCommand({
  name: 'merges reject',
  summary: 'Say that what the guards held back is not one person.',
  usage: 'ID',
  positionals: { min: 1, max: 1 },
  options: { workspace: workspaceOption },
  async run({ config, positionals, options }) {
    return withStore(config(), async (store) => {
      const { workspace, held } = await find(store, options.workspace, positionals[0] ?? '')
      const rejected = await rejectHeldMerge(store, workspace.id, source, held.id)
      return { json: shownHeldMerge(rejected), text: `Rejected ${held.id}.` }
    })
  },
})

async function find(
  store: FullStore,
  name: string,
  word: string,
): Promise<{ workspace: Workspace; held: HeldMerge }> {
  if (!/^[1-9]\d{0,14}$/.test(word)) {
    throw new CliError('usage', `"${word}" is no held merge; they are numbers: roster merges list.`)
  }
  const workspace = await findWorkspace(store, name)
  return { workspace, held: await findHeldMerge(store, workspace.id, Number(word)) }
}
