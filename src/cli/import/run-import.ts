import type { Applied } from '../../core/command.ts'
import { Fault } from '../../core/errors.ts'
import type { FoundBy } from '../../core/event.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { Store } from '../../storage/store.ts'
import { applyPatiently } from '../apply-patiently.ts'
import type { ImportCounts } from './import-state.ts'
import { type RowCommand, RowFault, type RowRules, rowCommand } from './row-command.ts'
import type { SourceRow } from './source-row.ts'

/** What became of a row. */
type RowResult = Exclude<keyof ImportCounts, 'rejected'> | { rejected: string }

export interface BatchResult {
  rows: readonly SourceRow[]
  results: readonly RowResult[]
}

interface ImportTools {
  store: Pick<Store, 'apply' | 'preview' | 'findProfiles'>
  workspaceId: WorkspaceId
  rules: RowRules
  dryRun: boolean
}

/** Batches that are being stored while the next is read. */
const batchesUnderWayMax = 8

/**
 * Stores rows as fast as the store takes them, and tells of each batch in the order of the file.
 * Two rows that may be about one person are stored one after the other. `settled` may answer false
 * to stop; what is under way then is settled too.
 */
export async function runImport(
  batches: AsyncIterable<SourceRow[]>,
  tools: ImportTools,
  settled: (batch: BatchResult) => boolean,
): Promise<{ stopped: boolean }> {
  const importer = new RowImporter(tools)
  const underWay: Promise<BatchResult>[] = []
  const settleFirst = async () => settled(await (underWay.shift() as Promise<BatchResult>))
  let goesOn = true
  for await (const rows of batches) {
    underWay.push(
      Promise.all(rows.map((row) => importer.store(row))).then((results) => ({ rows, results })),
    )
    if (underWay.length >= batchesUnderWayMax) goesOn = await settleFirst()
    if (!goesOn) break
  }
  while (underWay.length > 0) await settleFirst()
  return { stopped: !goesOn }
}

class RowImporter {
  readonly #tools: ImportTools
  /** By what rows name, the last of those under way. */
  readonly #last = new Map<string, Promise<unknown>>()

  constructor(tools: ImportTools) {
    this.#tools = tools
  }

  async store(row: SourceRow): Promise<RowResult> {
    try {
      const read = rowCommand(row, this.#tools.rules)
      return await this.#inOrder(read, () => this.#apply(read))
    } catch (error) {
      if (error instanceof RowFault) return { rejected: error.message }
      // What the store cannot do now is no fault of the row.
      if (error instanceof Fault && error.status < 500) return { rejected: error.message }
      throw error
    }
  }

  #inOrder({ names }: RowCommand, run: () => Promise<RowResult>): Promise<RowResult> {
    const before = names.flatMap((name) => this.#last.get(name) ?? [])
    const result = before.length === 0 ? run() : Promise.allSettled(before).then(run)
    for (const name of names) this.#last.set(name, result)
    const forget = () => {
      for (const name of names) if (this.#last.get(name) === result) this.#last.delete(name)
    }
    result.then(forget, forget)
    return result
  }

  async #apply({ command, phone }: RowCommand): Promise<RowResult> {
    const { store, workspaceId, dryRun } = this.#tools
    if (phone !== null) {
      const found = await store.findProfiles(workspaceId, { phones: [phone], limit: 2 })
      if (found.length > 1 && command.keys.length === 0) {
        throw new RowFault('Several profiles have this phone number.')
      }
      const [profile] = found
      if (profile && found.length === 1) command.keys.push({ profile: profile.id })
    }
    if (!dryRun) return resultOf(await applyPatiently(store, workspaceId, command))
    const { foundBy, events } = await store.preview(workspaceId, command)
    return resultOf({ foundBy, events: events.map(({ id }) => id) })
  }
}

function resultOf({ foundBy, events }: Pick<Applied, 'events'> & { foundBy: FoundBy }) {
  if (foundBy === 'created') return 'created'
  return events.length === 0 ? 'unchanged' : 'changed'
}
