import { existsSync } from 'node:fs'
import { copyAppStore, prepareSecrets } from '../../app.ts'
import type { Config } from '../../config/load-config.ts'
import { keyFingerprint } from '../../lib/seal.ts'
import { readSecretKey, secretKeyPath } from '../../secret-key.ts'
import type { CopyMoment } from '../../storage/copy-store.ts'
import { columns } from '../columns.ts'
import { CliError, defineCommand } from '../command.ts'
import { type Progress, showProgress } from '../progress.ts'
import { withStore } from '../with-store.ts'

export const copy = defineCommand({
  name: 'copy',
  summary: 'Move the whole store from its file into an empty PostgreSQL database.',
  usage: '',
  details: [
    'The store of ROSTER_DATA is read, with the server stopped; ROSTER_DATABASE_URL is not set.',
    'Everything goes, with its ids: people, history, rules, tokens, secrets and what is owed. Each',
    'table is read back before the copy counts. One that is cut short leaves the database empty, and',
    'the same command begins anew. Secrets are sealed with the secret key: the servers on the',
    'database need the one this store has, ROSTER_SECRET_KEY or else DATA/secret.key.',
    'There is no way back: nothing copies from PostgreSQL to a file.',
  ].join('\n'),
  positionals: { min: 0, max: 0 },
  options: {
    to: {
      type: 'text',
      placeholder: 'URL',
      required: true,
      help: 'The database, postgres://user@host/database; PGPASSWORD may hold the password.',
    },
    'dry-run': { type: 'flag', help: 'Copy nothing; say what would be, and whether it could be.' },
  },
  async run({ config: readConfig, options }) {
    const config = readConfig()
    const dryRun = options['dry-run']
    if (config.databaseUrl !== null) {
      throw new CliError(
        'usage',
        'A copy is made of the store in ROSTER_DATA: unset ROSTER_DATABASE_URL, and give the ' +
          'database by --to. Nothing copies out of PostgreSQL.',
      )
    }
    // Before anything asks for the key, which makes one where there is none.
    const keyFingerprint = keyOf(config)
    await withStore(config, async (store) => {
      // The servers on the database could not open them either.
      if (!dryRun) await prepareSecrets(store, config)
    })
    const bar = dryRun ? null : new Bar()
    const began = performance.now()
    const report = await copyAppStore(config, options.to, {
      keyFingerprint,
      dryRun,
      progress: (moment) => bar?.show(moment),
    }).finally(() => bar?.end())
    const seconds = Math.round(performance.now() - began) / 1_000
    const list = [['TABLE', 'ROWS'], ...report.tables.map(({ table, rows }) => [table, `${rows}`])]
    const end = dryRun
      ? [`Nothing was copied; ${report.rows} rows would be, into an empty database.`]
      : [
          `${report.rows} rows copied in ${seconds} s; every table was read back and is the same.`,
          ...whatNext(config),
        ]
    return { json: { dryRun, seconds, ...report }, text: [columns(list), ...end].join('\n') }
  },
})

/** As far as the rows are written, and then read back. */
class Bar {
  #progress: Progress | null = null

  show({ total, written, verified }: CopyMoment): void {
    this.#progress ??= showProgress(total * 2, 'rows')
    this.#progress.update(written + verified, written)
  }

  end(): void {
    this.#progress?.end()
  }
}

/** The fingerprint of the key the store has; one is not made here. */
function keyOf(config: Config): string {
  if (config.secretKey === null && !existsSync(secretKeyPath(config))) {
    throw new CliError(
      'refused',
      `There is no secret key in ${config.data}. Put secret.key back, or set ROSTER_SECRET_KEY.`,
    )
  }
  return keyFingerprint(readSecretKey(config))
}

function whatNext(config: Config): string[] {
  const key =
    config.secretKey === null
      ? `the content of ${secretKeyPath(config)} as ROSTER_SECRET_KEY`
      : 'the same ROSTER_SECRET_KEY'
  return [
    `Start every server with the database as ROSTER_DATABASE_URL and ${key}.`,
    `The file is as it was. Put it aside and never serve it again: what is owed would be sent twice.`,
  ]
}
