import type { ReplayedRule } from '../../client/client.js'
import { api } from './api.ts'

export interface ReplayChoice {
  name: string
  /** From when on; a time, UTC. */
  since: string
  also_in_force: boolean
}

export type Replayed = Omit<ReplayedRule, 'next_cursor'> & { isWhole: boolean }

/** Runs a rule for what it missed, to the end; or has one call say what it would do. */
export async function replayMissed(choice: ReplayChoice, dry_run: boolean): Promise<Replayed> {
  const { name, ...chosen } = choice
  let total: Replayed | null = null
  for (let cursor: string | null = null; ; ) {
    const body = { ...chosen, ...(cursor !== null && { cursor }) }
    const { next_cursor, ...part } = await api.replayRule({ name, dry_run, body })
    const isWhole = next_cursor === null
    total = total ? added(total, { ...part, isWhole }) : { ...part, isWhole }
    if (isWhole || dry_run) return total
    cursor = next_cursor
  }
}

function added(total: Replayed, part: Replayed): Replayed {
  const passed_over = { ...total.passed_over }
  for (const [why, count] of Object.entries(part.passed_over)) {
    passed_over[why] = (passed_over[why] ?? 0) + count
  }
  const looked_at = total.looked_at + part.looked_at
  return { ...part, passed_over, looked_at, begun: total.begun + part.begun, runs: total.runs }
}
