import { invalidField } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { assertText } from '../../core/normalise.ts'
import type { WorkspaceSettings } from '../../core/workspace.ts'

/**
 * Refuses settings that no engine could keep.
 *
 * @throws Fault `invalid_field`.
 */
export function assertSettings({ indexedAttributes }: Partial<WorkspaceSettings>): void {
  const field = 'indexedAttributes'
  if (!indexedAttributes) return
  if (indexedAttributes.length > limits.indexedAttributesMax) {
    throw invalidField(field, `are more than ${limits.indexedAttributesMax}.`)
  }
  for (const name of indexedAttributes) {
    if (name === '') throw invalidField(field, 'must not hold an empty name.')
    assertText(field, name, limits.nameLengthMax)
  }
}

/** The names whose index has to be filled or emptied when settings change. */
export function indexChanges(before: WorkspaceSettings, after: WorkspaceSettings): string[] {
  const had = new Set(before.indexedAttributes)
  return [...had.symmetricDifference(new Set(after.indexedAttributes))]
}
