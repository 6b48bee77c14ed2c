import type { DialectCase } from '../../../core/dialect-case.ts'
import type { JsonValue } from '../../../core/json.ts'
import { get, jsonWith, newProfile, post } from './expected.ts'

/** What is written in a field of a type, and what is read (wire notes 5.2). */
const rules: [type: string, written: JsonValue, read: string][] = [
  ['integer', '12abc', '12'],
  ['integer', 'abc', '0'],
  ['integer', true, '1'],
  ['integer', 12.9, '12'],
  ['integer', '', '0'],
  ['float', '1.50', '1.5'],
  ['float', 'x', '0'],
  ['float', true, '1'],
  ['text', '  two  blanks ', '  two  blanks '],
  ['text', ['a'], ''],
  ['text', 5, '5'],
  ['email', 'no address', 'no address'],
  ['email', ['a@b.nl'], ''],
  ['phone_gsm', '06-12345678', '06-12345678'],
  ['phone_fax', '0101', '0101'],
  ['phone', '0102', '0102'],
  ['big', 'a\nb', 'a\nb'],
  ['foreign_key', '17', '17'],
  ['select', 'red', 'red'],
  ['select', 'Red', ''],
  ['select', 'green', ''],
  ['date', '22-11-2026', '2026-11-22'],
  ['date', '1 January 1990', '1990-01-01'],
  ['date', 'Sept 3rd, 2026', '2026-09-03'],
  ['date', 'soon', '0000-00-00'],
  ['empty_date', '2026-11-22T23:30:00Z', '2026-11-23'],
  ['empty_date', 'soon', ''],
  ['empty_date', '31 Foo 2026', ''],
  ['empty_datetime', 'Sun, 22 Nov 2026 12:00:00 +0000', '2026-11-22 13:00:00'],
  ['empty_datetime', 'Sun, 22 Nov 2026 12:00:00 GMT', '2026-11-22 13:00:00'],
  ['empty_datetime', '20260701T120000Z', '2026-07-01 14:00:00'],
  ['empty_datetime', '2026-07-01T12:00:00+05', '2026-07-01 09:00:00'],
  ['empty_datetime', '2026-07-01 12:30 PM', '2026-07-01 12:30:00'],
  ['empty_datetime', '1 July 2026 11pm', '2026-07-01 23:00:00'],
  ['empty_datetime', '2026-07-01 24:00', '2026-07-02 00:00:00'],
  ['empty_datetime', '2026-07-01 24:01', ''],
  ['empty_datetime', '2026-07-01 13 pm', ''],
  ['datetime', '2026-07-01 12:00', '2026-07-01 12:00:00'],
  ['datetime', 'soon', '0000-00-00 00:00:00'],
  ['empty_datetime', '2026-07-01T12:00:00Z', '2026-07-01 14:00:00'],
  ['empty_datetime', '', ''],
]

/** One field for each rule, so that one profile shows them all. */
const nameOf = (at: number) => `${rules[at]?.[0]}_${at}`

export const fieldValueCases: DialectCase[] = [
  {
    name: 'values are read as their fields’ types have it, always as text',
    before: [
      ...rules.map(([type], at) =>
        post('/v4/database/1/fields', {
          ...{ name: nameOf(at), type, value: type === 'select' ? 'red\nblue' : '' },
        }),
      ),
      newProfile(Object.fromEntries(rules.map(([, written], at) => [nameOf(at), written]))),
    ],
    request: get('/v4/profile/1/fields'),
    response: jsonWith(Object.fromEntries(rules.map(([, , read], at) => [nameOf(at), read]))),
    events: [],
  },
]
