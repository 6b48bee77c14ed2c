import { identifierKey } from '../../core/known.ts'
import type { Identifier } from '../../core/profile.ts'
import type { Row } from '../rows.ts'

/** Rows of two kinds come in one answer: owners name an identifier, profiles do not. */
export function isOwner(row: Row): boolean {
  return row.kind !== null
}

export function isProfile(row: Row): boolean {
  return row.kind === null
}

export function rowKey(row: Row): string {
  return identifierKey({ kind: row.kind as string, value: row.value as string })
}

export function columns(identifiers: readonly Identifier[]): { kinds: string[]; values: string[] } {
  return {
    kinds: identifiers.map(({ kind }) => kind),
    values: identifiers.map(({ value }) => value),
  }
}
