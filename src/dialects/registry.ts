import type { Dialect } from '../core/dialect.ts'
import { channeltalk } from './channeltalk/dialect.ts'
import { copernica } from './copernica/dialect.ts'
import { usercom } from './usercom/dialect.ts'

/** Every dialect Roster speaks. A new one is a folder and a line here. */
export const dialects: readonly Dialect[] = [copernica, usercom, channeltalk]
