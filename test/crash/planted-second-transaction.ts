import { delayInserts } from './delay-inserts.ts'

/**
 * A planted defect: profiles are committed first, their events in a second transaction 40 ms later,
 * and only then is the caller answered. Loaded into the program before it starts; no acknowledged
 * write is lost by it, but a kill can leave half of one, and the check must catch that.
 */
delayInserts(/INSERT (OR FAIL )?INTO events\b/)
