import { standardAttributes } from '../../core/attributes.ts'
import { type JsonValue, own } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { EMAIL, identifierOf, type Profile, USER_ID, type WorkspaceId } from '../../core/profile.ts'
import type { Store } from '../../storage/store.ts'
import { CliError } from '../command.ts'
import { csvLine } from '../csv-cell.ts'
import {
  attributeBeginning,
  exportColumns,
  jsonEnding,
  rejectedBecause,
  rejectedRow,
} from '../import/map-columns.ts'
import { columnsMax } from '../import/source-row.ts'
import { isoTime } from '../shown.ts'

type Reading = Pick<Store, 'queryProfiles'>

/** Everybody of a workspace, in the order of their numbers, one JSON object a line. */
export async function* profileLines(store: Reading, id: WorkspaceId): AsyncGenerator<string> {
  for await (const profile of everybody(store, id)) {
    const { identifiers, tags, version, attributes } = profile
    const line = {
      profile_id: profile.id,
      identifiers,
      tags,
      version,
      created_at: isoTime(profile.createdAt),
      updated_at: isoTime(profile.updatedAt),
      attributes,
    }
    yield `${JSON.stringify(line)}\n`
  }
}

/**
 * The same as a CSV file with a header. Who has which attribute is looked up before: a column is of
 * JSON, which its name says, where a text would not come back as it was.
 */
export async function* profileCsv(store: Reading, id: WorkspaceId): AsyncGenerator<string> {
  const asJson = new Map<string, boolean>()
  for await (const { attributes } of everybody(store, id)) {
    for (const [name, value] of Object.entries(attributes)) {
      asJson.set(name, asJson.get(name) === true || needsJson(name, value))
    }
    if (asJson.size + 8 > columnsMax) {
      const most = `There are more attributes than a CSV file may have columns (${columnsMax}).`
      throw new CliError('refused', `${most} Export as NDJSON: --format ndjson.`)
    }
  }
  const names = [...asJson.keys()].sort()
  const headers = names.map((name) => columnName(name, asJson.get(name) === true))
  const ours = ['profile_id', 'user_id', `identifiers${jsonEnding}`, `tags${jsonEnding}`]
  yield csvLine([...ours, 'version', 'created_at', 'updated_at', ...headers])
  for await (const profile of everybody(store, id)) {
    const cells = names.map((name) => {
      return cellOf(own(profile.attributes, name), asJson.get(name) === true)
    })
    yield csvLine([...ownCells(profile), ...cells])
  }
}

async function* everybody(store: Reading, id: WorkspaceId): AsyncGenerator<Profile> {
  let after: string | undefined
  do {
    const page = await store.queryProfiles(id, { page: { after, limit: limits.pageMax } })
    yield* page.profiles
    after = page.next ?? undefined
  } while (after !== undefined)
}

function ownCells(profile: Profile): string[] {
  const userId = identifierOf(profile, USER_ID)
  const others = profile.identifiers.filter(({ kind, value }) => {
    return kind !== EMAIL && !(kind === USER_ID && value === userId)
  })
  return [
    String(profile.id),
    userId ?? '',
    others.length === 0 ? '' : JSON.stringify(others),
    profile.tags.length === 0 ? '' : JSON.stringify(profile.tags),
    String(profile.version),
    isoTime(profile.createdAt) ?? '',
    isoTime(profile.updatedAt) ?? '',
  ]
}

/** Whether a value would come back as another from a cell of plain text. */
function needsJson(name: string, value: JsonValue): boolean {
  if (name.endsWith(jsonEnding)) return true
  const type = own<'text' | 'boolean' | 'integer'>(standardAttributes, name) ?? 'text'
  if (type === 'boolean') return typeof value !== 'boolean'
  if (type === 'integer') return !Number.isSafeInteger(value)
  return typeof value !== 'string' || value === ''
}

function cellOf(value: JsonValue | undefined, asJson: boolean): string {
  if (value === undefined) return ''
  return asJson || typeof value !== 'string' ? JSON.stringify(value) : value
}

/** What an import takes for this attribute and no other. */
function columnName(name: string, asJson: boolean): string {
  const taken = Object.hasOwn(exportColumns, name) || [rejectedRow, rejectedBecause].includes(name)
  const unclear = taken || name.startsWith(attributeBeginning) || name.endsWith(jsonEnding)
  return `${unclear ? attributeBeginning : ''}${name}${asJson ? jsonEnding : ''}`
}
