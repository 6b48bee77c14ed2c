import Type from 'typebox'
import { readCursor } from './read-fields.ts'
import { defineRoute } from './route.ts'
import { closed, id, nullable, page, paging, time } from './schemas.ts'
import { shownTime } from './shown.ts'

const entry = Type.Object(
  {
    id,
    at: time,
    by: Type.Object(
      {
        via: Type.String({ description: 'a dialect where a token did it, else cli or server' }),
        name: Type.String({ description: "the token's public part, or who ran the command" }),
        request_id: nullable(Type.String()),
      },
      closed,
    ),
    action: Type.String({ description: 'what was done, such as rules.replaced' }),
    target: Type.String({ description: 'the name of what was changed' }),
    details: Type.Record(Type.String(), Type.Unknown()),
  },
  { ...closed, 'x-name': 'AuditEntry', description: 'one change by an operator' },
)

export const listAudit = defineRoute({
  method: 'GET',
  path: '/audit',
  scope: 'audit:read',
  operation: 'listAudit',
  resource: 'audit',
  summary: 'List what operators changed, newest first',
  query: Type.Object(paging, closed),
  answers: { 200: { description: 'A page of entries', schema: page(entry) } },
  async handle({ store, workspace, query }) {
    const { limit = 50 } = query
    const before = query.cursor === undefined ? undefined : readCursor(query.cursor)
    const found = await store.listAudit(workspace.id, { before, limit: limit + 1 })
    const shown = found.slice(0, limit)
    const data = shown.map(({ id: place, at, by, action, target, details }) => ({
      ...{ id: place, at: shownTime(at), action, target, details },
      by: { via: by.via, name: by.name, request_id: by.request },
    }))
    const next = found.length > limit ? String(shown.at(-1)?.id) : null
    return { status: 200, body: { data, next_cursor: next } }
  },
})
