import { examineAppStore } from '../../app.ts'
import { type Config, ConfigError } from '../../config/load-config.ts'
import type { Finding } from '../../storage/maintain-store.ts'
import { columns, printable } from '../columns.ts'
import { defineCommand, exitCodes } from '../command.ts'
import { examineCalls } from '../examine-calls.ts'
import { examineDeliveries } from '../examine-deliveries.ts'
import { examineFolder } from '../examine-folder.ts'
import { examineIngest } from '../examine-ingest.ts'
import { examinePort } from '../examine-port.ts'

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Check the configuration, the machine and the store, and say what to do.',
  usage: '',
  details:
    'Works with and without a running server. The exit code is 1 when something must be mended.',
  positionals: { min: 0, max: 0 },
  options: {},
  async run({ config: readConfig }) {
    const findings = await examine(readConfig)
    const failed = findings.some(({ state }) => state === 'fail')
    const rows = findings.flatMap(({ name, state, detail, remedy }) => [
      [state, name, printable(detail)],
      ...(remedy === undefined || state === 'ok' ? [] : [['', '', `-> ${printable(remedy)}`]]),
    ])
    return {
      json: { ok: !failed, findings },
      text: columns(rows),
      exitCode: failed ? exitCodes.failed : exitCodes.ok,
    }
  },
})

async function examineStore(config: Config): Promise<Finding[]> {
  try {
    return await examineAppStore(config)
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    const remedy = 'Check ROSTER_DATABASE_URL and ROSTER_DATA.'
    return [{ name: 'store', state: 'fail', detail, remedy }]
  }
}

/** A store of another schema is not opened: that would change it. */
function isUsable(store: readonly Finding[]): boolean {
  const isCurrent = store.some(({ name, state }) => name === 'schema' && state === 'ok')
  return isCurrent && store.every(({ state }) => state !== 'fail')
}

async function examine(readConfig: () => Config): Promise<Finding[]> {
  let config: Config
  try {
    config = readConfig()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const remedy = 'See the option table in docs/operating.md.'
    return error.problems.map((detail) => ({
      name: 'configuration',
      state: 'fail',
      detail,
      remedy,
    }))
  }
  const store = await examineStore(config)
  return [
    { name: 'configuration', state: 'ok', detail: 'every ROSTER_* variable is known and allowed' },
    {
      name: 'program',
      state: 'ok',
      detail: `Node ${process.version} on ${process.platform} ${process.arch}`,
    },
    ...examineFolder(config),
    ...store,
    ...(isUsable(store) ? await examineDeliveries(config) : []),
    ...(isUsable(store) ? await examineIngest(config) : []),
    await examinePort(config),
    ...(await examineCalls(config)),
  ]
}
