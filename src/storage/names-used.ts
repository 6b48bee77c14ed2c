import type { Change } from '../core/event.ts'

/** A name of an attribute or a tag. */
export interface UsedName {
  kind: 'attribute' | 'tag'
  name: string
}

/** The names that changes bring into use. */
export function namesIn(changes: readonly Change[]): UsedName[] {
  const names: UsedName[] = []
  for (const { of, name, to } of changes) {
    if (of === undefined && to !== null) names.push({ kind: 'attribute', name })
    if (of === 'tags') for (const tag of to as string[]) names.push({ kind: 'tag', name: tag })
  }
  return names
}
