import type { JsonObject } from './json.ts'
import type { StoredRecord } from './record.ts'

/** A company as it is told of outside the dialect whose record it is. */
export interface Company {
  /** The customer's own id. */
  customId: string | null
  name: string | null
  /** Whatever else is known of it, by the names the dialect stores. */
  attributes: JsonObject
  tags: string[]
}

/**
 * How a dialect keeps companies among its records. A membership belongs to the id of its company in
 * decimal digits, and is about the person who works there.
 */
export interface CompanyRecords {
  /** The kind of record that a company is; its name is the customer's own id. */
  kind: string
  /** The kind of record that a membership is. */
  memberKind: string
  /** Reads a record of `kind`. */
  read(company: StoredRecord): Company
  /** Since when, in milliseconds UTC, somebody works there, by a record of `memberKind`. */
  since(member: StoredRecord): number
}
