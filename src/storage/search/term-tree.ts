import type { Comparison, Condition } from '../../core/condition.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { IdSet } from './id-set.ts'
import type { ProfileSource, SearchState } from './profile-source.ts'
import { attributeTerm, type Term, valueLengthMax } from './profile-terms.ts'

/** Terms, and how those who are entered under them go together. */
export type TermTree = Term | { all: readonly TermTree[] } | { any: readonly TermTree[] }

/** What the index of terms says of a condition. */
interface Known {
  tree: TermTree
  /** Whether it holds for exactly those found, and not only for some of them. */
  exact: boolean
}

/** Null where the index knows nothing that everybody has for whom the condition holds. */
export function termTree(condition: Condition, state: SearchState): Known | null {
  if ('not' in condition) return null
  if ('all' in condition) {
    const parts = condition.all.map((part) => termTree(part, state))
    const known = parts.filter((part) => part !== null)
    if (known.length === 0) return null
    const exact = known.length === parts.length && known.every((part) => part.exact)
    return { tree: { all: known.map(({ tree }) => tree) }, exact }
  }
  if ('any' in condition) {
    const parts = condition.any.map((part) => termTree(part, state))
    const known = parts.filter((part) => part !== null)
    if (known.length < parts.length) return null
    const exact = known.every((part) => part.exact)
    return { tree: { any: known.map(({ tree }) => tree) }, exact }
  }
  return comparisonTree(condition, state)
}

function comparisonTree(comparison: Comparison, { indexed }: SearchState): Known | null {
  const { tag, profile: name, changed, identifier, exists } = comparison
  if (changed !== undefined || identifier !== undefined) return null
  const operators = Object.keys(comparison).length - 1
  if (tag !== undefined) {
    if (exists === false) return null
    return { tree: { kind: 'tag', name: tag, value: '' }, exact: name === undefined }
  }
  // Dots may also lead into a value, where no index looks.
  if (name === undefined || name.includes('.') || !indexed.includes(name)) return null
  const values = equalTo(comparison)
  if (!values) return null
  const any = values.map((value): Term => ({ kind: 'attribute', name, value }))
  // Of more than one operator it is not for us to say which counts; long values were cut.
  const exact = operators === 1 && values.every(({ length }) => length < valueLengthMax)
  return { tree: any.length === 1 ? (any[0] as Term) : { any }, exact }
}

/** The terms of the values that a comparison takes, when it is one of equality; else null. */
function equalTo({ is, is_not, exists, one_of }: Comparison): string[] | null {
  const asked = is === undefined ? one_of : [is]
  if (!asked || (is === undefined && (is_not !== undefined || exists !== undefined))) return null
  const terms = asked.map((value) => attributeTerm(value))
  return terms.every((term) => term !== null) ? [...new Set(terms)] : null
}

/** Look-ups under way at once: between nodes and database it is the waiting that counts. */
const askedAtOnce = 4

/** Everybody whom a tree stands for. */
export async function idsOfTree(
  source: ProfileSource,
  workspaceId: WorkspaceId,
  state: SearchState,
  tree: TermTree,
): Promise<IdSet> {
  if ('kind' in tree) return source.entered(workspaceId, tree, state)
  const parts = 'all' in tree ? tree.all : tree.any
  let found: IdSet | null = null
  for (let at = 0; at < parts.length; at += askedAtOnce) {
    const some = parts.slice(at, at + askedAtOnce)
    const sets = await Promise.all(some.map((part) => idsOfTree(source, workspaceId, state, part)))
    for (const set of sets) {
      if (!found) found = set
      else found = 'all' in tree ? found.and(set) : found.or(set)
    }
  }
  return found ?? IdSet.empty
}
