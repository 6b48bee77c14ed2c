import { type Asking, askCommand, askCommands } from '../../core/ask.ts'
import type { Key } from '../../core/command.ts'
import type { AskingEndpoint, DialectResponse, Endpoint } from '../../core/dialect.ts'
import { Fault, type FieldFault } from '../../core/errors.ts'
import { type JsonObject, type JsonValue, own } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { fieldByDisplayName, fields } from './fields.ts'
import { assertNone, done, readObject, required, requiredList } from './requests.ts'
import { keysOfId } from './shown-ids.ts'
import { readUserBody, type UserBody } from './user-body.ts'
import { keysOfUserId } from './user-paths.ts'
import { versionOf } from './version.ts'
import { joinCompany, prepare } from './write-user.ts'

const idsMax = 1_000
const triesMax = 5

type Kind = 'custom' | 'standard'

/**
 * One value for many users; ids of nobody are passed over (wire notes 6.7). The vendor's page says
 * PUT and its sample POST.
 */
function massUpdate(
  method: 'PUT' | 'POST',
  base: string,
  kind: Kind,
  readId: (id: JsonValue, faults: FieldFault[]) => Key[],
): AskingEndpoint {
  return {
    method,
    path: `${base}/mass_update_${kind}_attributes`,
    scope: 'profiles:write',
    *ask(request) {
      const body = readObject(request.body)
      const faults: FieldFault[] = []
      const ids = requiredList(body, 'ids', idsMax, faults)
      const people = ids.map((id) => readId(id, faults))
      const attribute = required(body, 'attribute', limits.nameLengthMax, faults)
      assertKind(attribute, kind, faults)
      assertNone(faults)
      const set: JsonObject = { [attribute]: own(body, 'value') ?? null }
      return yield* setForAll(people, readUserBody(set, versionOf(request)))
    },
  }
}

function* setForAll(people: readonly Key[][], body: UserBody): Asking<DialectResponse> {
  const { changes, company } = yield* defined(body)
  const carried = yield* askCommands(
    people.map((keys) => ({
      kind: 'write-profile',
      keys,
      matchEmail: false,
      onMissing: 'refuse',
      changes,
      ...(!company && { reply: 'outcome' }),
    })),
  )
  for (const one of carried) {
    if ('applied' in one) {
      const { profile } = one.applied
      if (company && profile) yield* joinCompany(company, profile)
    } else if (one.fault.code !== 'profile_not_found') throw one.fault
  }
  return done
}

/** Defines what is new on its own, since the first of the users may not be there. */
function* defined(body: UserBody): ReturnType<typeof prepare> {
  for (let tries = 1; ; tries++) {
    const prepared = yield* prepare(body, 'create')
    const { records } = prepared
    if (records.length === 0) return prepared
    try {
      yield* askCommand({ kind: 'write-records', records })
      return prepared
    } catch (error) {
      const isConflict = error instanceof Fault && error.code === 'conflict'
      if (!isConflict || tries >= triesMax) throw error
    }
  }
}

function assertKind(attribute: string, kind: Kind, faults: FieldFault[]): void {
  if (attribute === '') return
  const field = fields.get(attribute) ?? fieldByDisplayName(attribute)
  // Nobody can share a `user_id`, and what is read-only is not written for many either.
  const isStandard = field?.kind === 'attribute' || field?.kind === 'company'
  const fits = kind === 'standard' ? isStandard : isStandard || field === undefined
  if (fits) return
  const shown = attribute.slice(0, 100).toWellFormed()
  faults.push({ field: 'attribute', message: `"${shown}" is not a valid choice.` })
}

function keysOfInteger(id: JsonValue, faults: FieldFault[]): Key[] {
  const digits = String(id)
  if ((typeof id === 'number' || typeof id === 'string') && /^[0-9]{1,20}$/.test(digits)) {
    return keysOfId(digits)
  }
  refuseOnce(faults, 'A valid integer is required.')
  return []
}

function keysOfText(id: JsonValue, faults: FieldFault[]): Key[] {
  if ((typeof id === 'string' || typeof id === 'number') && id !== '') {
    return keysOfUserId(String(id))
  }
  refuseOnce(faults, 'Not a valid string.')
  return []
}

function refuseOnce(faults: FieldFault[], message: string): void {
  if (!faults.some(({ field }) => field === 'ids')) faults.push({ field: 'ids', message })
}

const methods = ['POST', 'PUT'] as const
const kinds = ['custom', 'standard'] as const

export const massUpdateEndpoints: readonly Endpoint[] = methods.flatMap((method) =>
  kinds.flatMap((kind) => [
    massUpdate(method, '/users', kind, keysOfInteger),
    massUpdate(method, '/users-by-id', kind, keysOfText),
  ]),
)
