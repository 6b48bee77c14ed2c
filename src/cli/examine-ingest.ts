import { hasStore, openAppStore } from '../app.ts'
import type { Config } from '../config/load-config.ts'
import { warnedDays, warningSentence } from '../core/ingest-warnings.ts'
import type { Finding } from '../storage/maintain-store.ts'

/** Whether something was amiss with what came in lately: one finding of each kind. */
export async function examineIngest(config: Config): Promise<Finding[]> {
  if (!(await hasStore(config))) return []
  const store = await openAppStore(config)
  try {
    const since = Date.now() - warnedDays * 86_400_000
    const findings: Finding[] = []
    for (const { id, name } of await store.listWorkspaces()) {
      for (const { kind, source, count, event } of await store.listWarnings(id, since)) {
        const detail = `${kind} by ${source} in ${name}: ${count} events, the latest ${event}`
        const remedy = warningSentence(kind)
        findings.push({ name: 'ingestion', state: 'warn', detail, remedy })
      }
    }
    if (findings.length > shownMax) {
      const detail = `and ${findings.length - shownMax} more`
      const remedy = 'See roster call listWarnings.'
      return [...findings.slice(0, shownMax), { name: 'ingestion', state: 'warn', detail, remedy }]
    }
    if (findings.length > 0) return findings
    const detail = `nothing was amiss with what came in in ${warnedDays} days`
    return [{ name: 'ingestion', state: 'ok', detail }]
  } finally {
    await store.close()
  }
}

/** Of all workspaces together; a client that is wrong is so in few ways. */
const shownMax = 20
