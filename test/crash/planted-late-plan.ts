import { delayInserts } from './delay-inserts.ts'

/**
 * A planted defect: deliveries are planned in a second transaction, 40 ms after the one of their
 * event, as if they were put into a queue after the commit. Loaded into the program before it
 * starts; a kill in between leaves events that nobody is told of.
 */
delayInserts(/INSERT INTO deliveries\b/)
