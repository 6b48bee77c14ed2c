/** Counts over time, told apart by a name. */
export interface Series {
  /** The beginning of each step, in order. */
  times: number[]
  groups: { name: string; counts: number[] }[]
  max: number
}

/** Puts counts into steps of equal length; what is left out counts as nothing. */
export function toSeries(
  rows: readonly { at: string; name: string | null; count: number }[],
  from: number,
  steps: number,
  stepMs: number,
): Series {
  const first = Math.floor(from / stepMs) * stepMs
  const times = Array.from({ length: steps }, (_, step) => first + step * stepMs)
  const byName = new Map<string, number[]>()
  for (const { at, name, count } of rows) {
    const step = Math.floor((Date.parse(at) - first) / stepMs)
    if (step < 0 || step >= steps) continue
    const key = name ?? ''
    const counts = byName.get(key) ?? new Array<number>(steps).fill(0)
    counts[step] = (counts[step] ?? 0) + count
    byName.set(key, counts)
  }
  const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0)
  const groups = [...byName].map(([name, counts]) => ({ name, counts }))
  groups.sort((a, b) => sum(b.counts) - sum(a.counts))
  const totals = times.map((_, step) => sum(groups.map(({ counts }) => counts[step] ?? 0)))
  return { times, groups, max: Math.max(1, ...totals) }
}
