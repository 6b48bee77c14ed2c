import Type, { type TSchema } from 'typebox'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { closed, writeOptions } from './schemas.ts'

/** The query of a call whose only option is to be tried first. */
export const dryQuery = Type.Object({ dry_run: writeOptions.dry_run }, closed)

/** What a dry run of a call says that changes one thing. */
export const wouldChange = Type.Object(
  {
    dry_run: Type.Literal(true),
    changes: Type.Array(
      Type.Object({ field: Type.String(), from: Type.Unknown(), to: Type.Unknown() }, closed),
      { description: 'what would be another value; none where all is so already' },
    ),
  },
  { ...closed, 'x-name': 'WouldChange' },
)

/** What a call answers that may be tried first. */
export function orTried<S extends TSchema>(description: string, schema: S) {
  return {
    description: `${description}, or what a dry run would come to`,
    schema: Type.Union([schema, wouldChange]),
  }
}

/** The answer of a dry run: what differs between how a thing is shown and how it would be. */
export function dryAnswer(from: JsonObject | null, to: JsonObject) {
  const changes = Object.entries(to).flatMap(([field, value = null]) => {
    const was = from?.[field] ?? null
    return isSame(was, value) ? [] : [{ field, from: was, to: value }]
  })
  return { status: 200, body: { dry_run: true, changes } as JsonObject }
}

function isSame(a: JsonValue, b: JsonValue): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
