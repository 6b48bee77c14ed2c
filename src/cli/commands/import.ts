import { existsSync, statSync } from 'node:fs'
import { loadDialects } from '../../app.ts'
import type { Store } from '../../storage/store.ts'
import { columns, printable } from '../columns.ts'
import { CliError, defineCommand, exitCodes, workspaceOption } from '../command.ts'
import {
  fingerprintOf,
  type ImportState,
  newImportState,
  type Reasons,
  readImportState,
  removeImportState,
  writeImportState,
} from '../import/import-state.ts'
import { ColumnMap, type ColumnMapping, describeTarget } from '../import/map-columns.ts'
import { readCsv } from '../import/read-csv.ts'
import { readNdjson } from '../import/read-ndjson.ts'
import { RejectedFile } from '../import/rejected-file.ts'
import { type BatchResult, runImport } from '../import/run-import.ts'
import type { RowSource, SourceRow } from '../import/source-row.ts'
import { showProgress } from '../progress.ts'
import { stopSignal } from '../stop-signal.ts'
import { findWorkspace, withStore } from '../with-store.ts'

/** How often it is written down how far the import has got. */
const stateEveryMs = 500
/** Different reasons that a dry run remembers, and that it prints. */
const reasonsMax = 1_000
const reasonsShown = 20

export const importCommand = defineCommand({
  name: 'import',
  summary: 'Store the people of a CSV or NDJSON file, also while the server runs.',
  usage: 'FILE',
  details:
    'What each column means is guessed from its name and shown; --map says otherwise. A person is\n' +
    'found by user_id, by ids of vendors (DIALECT.id), or else by the e-mail address. A row that\n' +
    'cannot be stored goes to a file with its reason and can be mended and imported from there.\n' +
    'An import that was interrupted goes on with the same command. Nobody is removed, and an\n' +
    'empty cell changes nothing. Rules do not react unless --follow-ups is given.',
  positionals: { min: 1, max: 1 },
  options: {
    workspace: workspaceOption,
    map: {
      type: 'list',
      placeholder: 'COLUMN=TARGET',
      help:
        'What a column is: the name of an attribute, user_id, DIALECT.id, tags, occurred_at, ' +
        'profile_id, or - to leave it out.',
    },
    'find-by': {
      type: 'list',
      placeholder: 'WAY',
      help: 'user_id, email, phone, profile_id or DIALECT.id; all but phone when left out.',
    },
    'dry-run': { type: 'flag', help: 'Store nothing, and say what would become of each row.' },
    'follow-ups': { type: 'flag', help: 'Have rules react to what is imported.' },
    'clear-empty': { type: 'flag', help: 'Have an empty cell clear what is stored.' },
    format: {
      type: 'text',
      placeholder: 'csv|ndjson',
      values: ['csv', 'ndjson'],
      help: "Else by the file's name.",
    },
    delimiter: { type: 'text', placeholder: 'CHARACTER', help: 'Of a CSV file; else guessed.' },
    rejected: {
      type: 'text',
      placeholder: 'FILE',
      help: 'Where rejected rows go; FILE.rejected.csv or FILE.rejected.ndjson when left out.',
    },
    restart: { type: 'flag', help: 'Begin anew where an earlier import was interrupted.' },
  },
  async run({ config, positionals, options, json }) {
    const path = positionals[0] ?? ''
    const source = await openSource(path, options.format, options.delimiter)
    const dialects = (await loadDialects()).map(({ id }) => id)
    const map = new ColumnMap(source, options.map, dialects)
    assertWays(options['find-by'], dialects)
    const asked: Asked = {
      path,
      source,
      map,
      rejected: options.rejected ?? `${path}.rejected.${source.format}`,
      dryRun: options['dry-run'],
      followUps: options['follow-ups'],
      clearEmpty: options['clear-empty'],
      findBy: options['find-by'].length === 0 ? null : options['find-by'],
      workspace: options.workspace,
      restart: options.restart,
    }
    if (!json) process.stderr.write(`${describeMapping(map.all())}\n`)
    const { state, stopped, seconds, reasons } = await withStore(config(), (store) =>
      work(store, asked),
    )
    const { counts, done } = state
    const rows = counts.created + counts.changed + counts.unchanged + counts.rejected
    const mapping = map.all().map(mappingJson)
    const rejected = counts.rejected === 0 || asked.dryRun ? null : asked.rejected
    return {
      json: {
        finished: !stopped,
        dryRun: asked.dryRun,
        rows,
        ...counts,
        rejectedFile: rejected,
        ...(asked.dryRun ? { reasons: reasonsJson(reasons) } : {}),
        seconds,
        mapping,
      },
      text: [
        `${rows} rows in ${seconds} s: ${counts.created} created, ${counts.changed} changed, ` +
          `${counts.unchanged} unchanged, ${counts.rejected} rejected.`,
        ...(asked.dryRun ? describeReasons(reasons) : []),
        ...(asked.dryRun ? ['Nothing was stored; each row was judged on the store as it is.'] : []),
        ...(rejected === null ? [] : [`Rejected rows and why: ${rejected}`]),
        ...(stopped ? [`Stopped after row ${done}; the same command goes on from there.`] : []),
      ].join('\n'),
      exitCode: stopped || counts.rejected > 0 ? exitCodes.failed : exitCodes.ok,
    }
  },
})

interface Asked {
  path: string
  source: RowSource
  map: ColumnMap
  rejected: string
  dryRun: boolean
  followUps: boolean
  clearEmpty: boolean
  findBy: string[] | null
  workspace: string
  restart: boolean
}

async function work(store: Store, asked: Asked) {
  const { path, source, map, dryRun, followUps, clearEmpty, findBy } = asked
  const workspace = await findWorkspace(store, asked.workspace)
  const mapping = map.all().map(({ column, target }) => [column, describeTarget(target)])
  const given = [workspace.id, workspace.idKey, mapping, dryRun, followUps, clearEmpty, findBy]
  const fingerprint = await fingerprintOf(path, given)
  const statePath = `${path}.import.json`
  const interrupted = existsSync(statePath)
  if (asked.restart && !dryRun) removeImportState(statePath)
  const kept = dryRun ? null : readImportState(statePath, fingerprint)
  if (!interrupted && !dryRun && existsSync(asked.rejected)) {
    throw new CliError(
      'refused',
      `${asked.rejected} is there already: import or remove it, or name another by --rejected.`,
    )
  }
  const state = kept ?? newImportState(fingerprint)
  if (state.done > 0) process.stderr.write(`Going on after row ${state.done}.\n`)
  // Written before the first row: its id is what tells a row that was stored from one that was not.
  if (!dryRun) writeImportState(statePath, state)
  const rejects = dryRun ? null : new RejectedFile(asked.rejected, source, state.rejectedBytes)
  const began = performance.now()
  const progress = showProgress(statSync(path).size, 'rows')
  let savedAt = began
  let stop = false
  void stopSignal().then(() => {
    stop = true
  })
  const reasons: Reasons = new Map()
  const settle = (batch: BatchResult) => {
    addBatch(state, batch, rejects ?? reasons)
    progress.update(source.bytesRead(), state.done)
    const now = performance.now()
    if (!dryRun && now - savedAt >= stateEveryMs) {
      writeImportState(statePath, state)
      savedAt = now
    }
    return !stop
  }
  const rules = { map, findBy, followUps, clearEmpty, importId: state.id }
  const tools = { store, workspaceId: workspace.id, rules, dryRun }
  const { stopped } = await runImport(after(source.rows, state.done), tools, settle)
  progress.end()
  rejects?.close()
  if (stopped && !dryRun) writeImportState(statePath, state)
  if (!stopped && !dryRun) removeImportState(statePath)
  const seconds = Math.round(performance.now() - began) / 1_000
  return { state, stopped, seconds, reasons }
}

function addBatch(
  state: ImportState,
  { rows, results }: BatchResult,
  rejects: RejectedFile | Reasons,
): void {
  for (const [index, result] of results.entries()) {
    if (typeof result === 'string') state.counts[result] += 1
    else {
      state.counts.rejected += 1
      const row = rows[index] as SourceRow
      if (rejects instanceof RejectedFile) rejects.write(row, result.rejected)
      else addReason(rejects, result.rejected, row.number)
    }
  }
  state.done = rows.at(-1)?.number ?? state.done
  state.rejectedBytes = rejects instanceof RejectedFile ? rejects.bytes : 0
}

/** Of a dry run, which writes no file, this is the report. What is remembered stays bounded. */
function addReason(reasons: Reasons, reason: string, row: number): void {
  const known = reasons.get(reason)
  if (known) known.rows += 1
  else if (reasons.size < reasonsMax) reasons.set(reason, { rows: 1, first: row })
}

function describeReasons(reasons: Reasons): string[] {
  const all = [...reasons].sort(([, a], [, b]) => b.rows - a.rows)
  const shown = all.slice(0, reasonsShown).map(([reason, { rows, first }]) => {
    const where = rows === 1 ? `row ${first}` : `${rows} rows, the first is ${first}`
    return `  ${where}: ${printable(reason)}`
  })
  if (shown.length === 0) return []
  const more = all.length - shown.length
  return ['Rejected:', ...shown, ...(more > 0 ? [`  and for ${more} other reasons`] : [])]
}

function reasonsJson(reasons: Reasons) {
  return [...reasons].map(([reason, { rows, first }]) => ({ reason, rows, firstRow: first }))
}

/** Leaves out the rows that an earlier start has dealt with. */
async function* after(batches: AsyncIterable<SourceRow[]>, done: number) {
  for await (const batch of batches) {
    const rest = done === 0 ? batch : batch.filter(({ number }) => number > done)
    if (rest.length > 0) yield rest
  }
}

async function openSource(
  path: string,
  format: string | undefined,
  delimiter: string | undefined,
): Promise<RowSource> {
  const ending = /\.(csv|tsv|ndjson|jsonl)$/i.exec(path)?.[1]?.toLowerCase()
  const named = ending === 'tsv' ? 'csv' : ending === 'jsonl' ? 'ndjson' : ending
  const kind = format ?? named
  if (kind !== 'csv' && kind !== 'ndjson') {
    throw new CliError('usage', `Add --format csv or --format ndjson: "${path}" does not tell.`)
  }
  if (delimiter !== undefined && delimiter.length !== 1) {
    throw new CliError('usage', '--delimiter is one character.')
  }
  if (path !== '-' && !existsSync(path)) {
    throw new CliError('refused', `There is no file ${path}.`)
  }
  if (path === '-' || !statSync(path).isFile()) {
    const why =
      'An import that was interrupted goes on in its file: write what a pipe holds to one.'
    throw new CliError('refused', `${path} is no file. ${why}`)
  }
  return kind === 'csv' ? readCsv(path, delimiter) : readNdjson(path)
}

function assertWays(ways: readonly string[], dialects: readonly string[]): void {
  for (const way of ways) {
    if (['user_id', 'email', 'phone', 'profile_id'].includes(way)) continue
    if (dialects.some((id) => way.startsWith(`${id}.`))) continue
    throw new CliError(
      'usage',
      `--find-by takes user_id, email, phone, profile_id or DIALECT.id, not "${way}".`,
    )
  }
}

function describeMapping(mappings: readonly ColumnMapping[]): string {
  const rows = mappings.map(({ column, target, by }) => {
    return [printable(column), printable(describeTarget(target)), by]
  })
  return columns([['COLUMN', 'BECOMES', 'BY'], ...rows])
}

function mappingJson({ column, target, by }: ColumnMapping) {
  return { column, ...target, by }
}
