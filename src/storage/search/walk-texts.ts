import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import type { Row } from '../rows.ts'
import type { IdSet } from './id-set.ts'
import type { ProfileSource, TextPlace, TextStretch } from './profile-source.ts'
import type { SearchBudget } from './search-budget.ts'
import { compareTexts } from './search-order.ts'

interface TextSearch {
  source: ProfileSource
  workspaceId: WorkspaceId
  budget: SearchBudget
}

/** Rows of an index read in one go, where only a few of those in it may be wanted. */
const textsRead = 2_000
/** Profiles looked up in one go. */
const idsMax = 200

/**
 * Everybody whom indexes of texts hold within stretches, in the order of the texts; only those of
 * a set, where one is given. `textOf` says by which text a profile counts: it may have several.
 */
export async function* walkTexts(
  search: TextSearch,
  { stretches, among }: { stretches: readonly TextStretch[]; among: IdSet | null },
  { after, size }: { after: TextPlace | null; size: number },
  textOf: (row: Row) => string | null,
): AsyncGenerator<Row[]> {
  const { source, workspaceId, budget } = search
  const rowsRead = among ? textsRead : Math.max(size, 2)
  const heads = stretches.map((stretch) => new TextReader(search, stretch, after, rowsRead))
  let last: TextPlace | null = null
  for (let limit = size; ; limit = idsMax) {
    const places: TextPlace[] = []
    while (places.length < limit) {
      const next = await takeFirst(heads)
      if (!next) break
      // Who was renamed just now may be entered by the time the index is read.
      if (last && comparePlaces(next, last) === 0) continue
      last = next
      if (!among || among.has(next.id)) places.push(next)
    }
    if (places.length === 0) return
    const ids = [...new Set(places.map(({ id }) => id))]
    const rows = new Map<ProfileId, Row>()
    for (const row of await source.byIds(workspaceId, ids)) rows.set(row.id as ProfileId, row)
    budget.spend(ids.length)
    yield places.flatMap(({ text, id }): Row[] => {
      const row = rows.get(id)
      return row && textOf(row) === text ? [row] : []
    })
  }
}

/** One stretch of an index, read on as it is taken from. */
class TextReader {
  readonly #search: TextSearch
  readonly #stretch: TextStretch
  readonly #limit: number
  #after: TextPlace
  #places: readonly TextPlace[] = []
  #at = 0
  #isOver = false

  constructor(search: TextSearch, stretch: TextStretch, after: TextPlace | null, limit: number) {
    this.#search = search
    this.#stretch = stretch
    this.#limit = limit
    const from = stretch.in === 'hand' ? '' : stretch.from
    const beginning = { text: from, id: 0 as ProfileId }
    this.#after = after && comparePlaces(after, beginning) > 0 ? after : beginning
  }

  /** What comes next; undefined where it has to be read first, or where there is no more. */
  get head(): TextPlace | undefined {
    return this.#places[this.#at]
  }

  take(): void {
    this.#at += 1
  }

  async fill(): Promise<void> {
    if (this.#isOver) return
    const { source, workspaceId, budget } = this.#search
    const wanted = { after: this.#after, limit: this.#limit }
    this.#places =
      this.#stretch.in === 'hand'
        ? this.#stretch.places.filter((place) => comparePlaces(place, this.#after) > 0)
        : await source.texts(workspaceId, this.#stretch, wanted)
    this.#at = 0
    this.#after = this.#places.at(-1) ?? this.#after
    this.#isOver = this.#places.length === 0
    budget.spend(0)
  }
}

async function takeFirst(readers: readonly TextReader[]): Promise<TextPlace | null> {
  let first: TextReader | null = null
  for (const reader of readers) {
    if (!reader.head) await reader.fill()
    const { head } = reader
    if (head && (!first?.head || comparePlaces(head, first.head) < 0)) first = reader
  }
  const place = first?.head ?? null
  first?.take()
  return place
}

/** Below 0 when `a` comes before `b`. */
export function comparePlaces(a: TextPlace, b: TextPlace): number {
  return a.text === b.text ? a.id - b.id : compareTexts(a.text, b.text)
}
