import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import type { DialectCases } from '../../src/core/dialect-case.ts'

const folder = new URL('../../src/dialects/', import.meta.url)

/** The table of cases of every dialect there is a folder of. */
export async function caseTables(): Promise<DialectCases[]> {
  const found = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return Promise.all(found.map((entry) => readTable(entry.name)))
}

async function readTable(name: string): Promise<DialectCases> {
  const module: object = await import(new URL(`${name}/cases/index.ts`, folder).href)
  const table = Object.values(module).find((value) => Array.isArray(value?.cases))
  assert.ok(table, `${name}/cases/index.ts exports DialectCases`)
  return table
}
