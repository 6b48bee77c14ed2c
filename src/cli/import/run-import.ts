import type { Outcome } from '../../core/command.ts'
import { Fault } from '../../core/errors.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { Store } from '../../storage/store.ts'
import { PatientApplier } from '../patient-applier.ts'
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
  store: Pick<Store, 'applyAll' | 'preview' | 'findProfiles'>
  workspaceId: WorkspaceId
  rules: RowRules
  dryRun: boolean
}

/** Batches that are being stored while the next is read. */
const batchesUnderWayMax = 8

/**
 * Stores rows as fast as the store takes them, in the order of the file, and tells of each batch in
 * that order. `settled` may answer false to stop; what is under way then is settled too.
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
    underWay.push(importer.store(rows))
    // Whoever is waited for later may fail sooner.
    underWay.at(-1)?.catch(() => {})
    if (underWay.length >= batchesUnderWayMax) goesOn = await settleFirst()
    if (!goesOn) break
  }
  while (underWay.length > 0) await settleFirst()
  return { stopped: !goesOn }
}

/** What became of a row that could be read, or why nothing did. */
type Came = Outcome | Fault | RowFault

class RowImporter {
  readonly #tools: ImportTools
  readonly #applier: PatientApplier
  #last: Promise<unknown> = Promise.resolve()

  constructor(tools: ImportTools) {
    this.#tools = tools
    this.#applier = new PatientApplier(tools.store, tools.workspaceId)
  }

  /** Hands a batch to the store, behind those that were handed over before. */
  store(rows: readonly SourceRow[]): Promise<BatchResult> {
    const reads = rows.map((row) => readRow(row, this.#tools.rules))
    const commands = reads.filter((read): read is RowCommand => !(read instanceof Error))
    const result = this.#apply(commands).then((came) => {
      const all = came.values()
      const results = reads.map((read) =>
        resultOf(read instanceof Error ? read : (all.next().value as Came)),
      )
      return { rows, results }
    })
    this.#last = result.catch(() => {})
    return result
  }

  #apply(reads: readonly RowCommand[]): Promise<Came[]> {
    const { dryRun, rules } = this.#tools
    if (dryRun) return Promise.all(reads.map((read) => this.#preview(read)))
    if (rules.findBy?.includes('phone')) return this.#applyByPhone(reads, this.#last)
    return this.#applier.applyAll(reads.map(({ command }) => command))
  }

  /**
   * Rows are looked up and stored in stretches of which no two may be about one person, each after
   * everything before it.
   */
  async #applyByPhone(reads: readonly RowCommand[], before: Promise<unknown>): Promise<Came[]> {
    await before
    const came: Came[] = []
    while (came.length < reads.length) {
      const stretch = strangers(reads.slice(came.length))
      const faults = await Promise.all(stretch.map((read) => this.#findByPhone(read)))
      const found = stretch.filter((_, index) => faults[index] === null)
      const outcomes = (await this.#applier.applyAll(found.map(({ command }) => command))).values()
      for (const fault of faults) came.push(fault ?? (outcomes.next().value as Outcome | Fault))
    }
    return came
  }

  /** Makes the number a key of the row's command; answers why it cannot. */
  async #findByPhone({ command, phone }: RowCommand): Promise<RowFault | null> {
    if (phone === null) return null
    const { store, workspaceId } = this.#tools
    const found = await store.findProfiles(workspaceId, { phones: [phone], limit: 2 })
    if (found.length > 1 && command.keys.length === 0) {
      return new RowFault('Several profiles have this phone number.')
    }
    const [profile] = found
    if (profile && found.length === 1) command.keys.push({ profile: profile.id })
    return null
  }

  async #preview(read: RowCommand): Promise<Came> {
    const fault = await this.#findByPhone(read)
    if (fault) return fault
    try {
      const { store, workspaceId } = this.#tools
      const { foundBy, events } = await store.preview(workspaceId, read.command)
      return { foundBy, eventCount: events.length }
    } catch (error) {
      if (error instanceof Fault) return error
      throw error
    }
  }
}

/** As many of the first rows as cannot be about one person; at least one. */
function strangers(reads: readonly RowCommand[]): RowCommand[] {
  const named = new Set<string>()
  const end = reads.findIndex(({ names }) => {
    if (names.some((name) => named.has(name))) return true
    for (const name of names) named.add(name)
    return false
  })
  return reads.slice(0, end < 0 ? reads.length : Math.max(end, 1))
}

/** @throws Fault that is no fault of the row. */
function resultOf(came: Came): RowResult {
  if (came instanceof Fault && came.status >= 500) throw came
  if (came instanceof Error) return { rejected: came.message }
  if (came.foundBy === 'created') return 'created'
  return came.eventCount === 0 ? 'unchanged' : 'changed'
}

function readRow(row: SourceRow, rules: RowRules): RowCommand | RowFault | Fault {
  try {
    return rowCommand(row, rules)
  } catch (error) {
    if (error instanceof RowFault || error instanceof Fault) return error
    throw error
  }
}
