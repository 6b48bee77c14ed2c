import { parseArgs } from 'node:util'
import { openStore } from '../src/storage/open-store.ts'
import { nativeClient } from '../test/kit/native-client.ts'
import { spawnRoster } from '../test/kit/spawn-roster.ts'
import { runRoster } from './bench-server.ts'
import { openTarget } from './grow-target.ts'
import { growRest, growRuns } from './grown-rest.ts'
import {
  destinationName,
  type Grown,
  growDeliveries,
  growEvents,
  receivedAt,
  ruleName,
  spreadMs,
} from './grown-rows.ts'

/*
 * npm run bench:grow -- --data FOLDER [--events 10000000 --deliveries 300000 --runs 100000]
 *
 * Makes a store that `roster seed` filled as large as one that has been in use for years: the rows
 * go straight into its tables, and what is configured through the API. Another ROSTER_DATABASE_URL
 * than the folder's file is grown as well. See README.md beside this.
 */
const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    workspace: { type: 'string', default: 'bench' },
    events: { type: 'string', default: '10000000' },
    deliveries: { type: 'string', default: '300000' },
    runs: { type: 'string', default: '100000' },
  },
})
if (!options.data) throw new Error('--data FOLDER says whose store is grown.')
const data = options.data
const wanted = {
  events: Number(options.events),
  deliveries: Number(options.deliveries),
  runs: Number(options.runs),
  ...{ companies: 5_000, auditEntries: 20_000, rules: 50, destinations: 20 },
}
const began = performance.now()
const say = (line: string) => {
  const seconds = Math.round((performance.now() - began) / 1_000)
  process.stdout.write(`${String(seconds).padStart(5)} s  ${line}\n`)
}

await configure()
const now = Date.now()
const url = process.env.ROSTER_DATABASE_URL ?? `sqlite://${data}/roster.db`
const { target, workspaceId } = await openTarget(url, options.workspace, now - spreadMs, now)
const [counters] = await target.ask(`SELECT * FROM counters WHERE workspace_id = ${workspaceId}`)
const grown: Grown = {
  ...{ workspaceId, now, people: Number(counters?.last_profile_id) },
  lastEvent: Number(counters?.last_event_id),
  lastDelivery: Number(counters?.last_delivery_id),
  lastRecord: Number(counters?.last_record_id),
}
if (grown.lastEvent !== grown.people || grown.lastDelivery !== 0 || wanted.events <= grown.people) {
  throw new Error('Only a store that was seeded, and no more, can be grown: one event a person.')
}
say(`${wanted.events} events of ${grown.people} people`)
const log = await growEvents(target, grown, wanted)
say(`${wanted.deliveries} deliveries`)
await growDeliveries(target, grown, wanted, log)
say(`${wanted.runs} runs, and what else there is`)
await growRuns(target, grown, wanted, log)
await growRest(target, grown, wanted)
say('the seeded people')
await target.settle(grown.people, log, (id) => receivedAt(id, grown, wanted.events))
for (const table of ['event_counts', 'delivery_counts', 'roll_ups']) {
  await target.ask(`DELETE FROM ${table} WHERE workspace_id = ${workspaceId}`)
}
await target.ask(`
  UPDATE counters SET last_event_id = ${wanted.events}, last_delivery_id = ${wanted.deliveries},
    last_record_id = ${grown.lastRecord + 2 * wanted.companies}
  WHERE workspace_id = ${workspaceId}`)
await target.close()
say('roll-ups')
const store = await openStore(url, { decision: new URL('../src/decision.ts', import.meta.url) })
await store.rollUpEvents(Date.now())
await store.close()
say('looking over it')
process.stdout.write(await runRoster(data, ['doctor']))

/** Rules and destinations, as an operator makes them. */
async function configure(): Promise<void> {
  const words = ['token', 'create', '--workspace', options.workspace, '--dialect', 'native']
  const { token } = JSON.parse(await runRoster(data, [...words, '--json'])) as { token: string }
  await using server = await spawnRoster({ dataDir: data })
  const native = nativeClient(server.url, token)
  const call = async (method: string, path: string, body?: Parameters<typeof native>[2]) => {
    const answer = await native(method, path, body)
    if (answer.status > 299) throw new Error(`${path}: ${JSON.stringify(answer.body)}`)
  }
  for (let n = 0; n < wanted.destinations; n++) {
    const name = destinationName(n)
    await call('PUT', `/destinations/${name}`, {
      ...{ type: 'webhook', url: `https://${name}.example/hook` },
    })
    if (n >= wanted.destinations - 2) await call('POST', `/destinations/${name}/pause`)
  }
  const rules = Array.from({ length: wanted.rules }, (_, n) => ({
    ...{ name: ruleName(n), on: ['order.paid'] },
    when: { event: 'total', greater: 100_000 + n },
    steps: [
      { wait: 'P1D' },
      { action: 'webhook', with: { destination: destinationName(n % wanted.destinations) } },
    ],
  }))
  await call('PUT', '/rules', { rules })
}
