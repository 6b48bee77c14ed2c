import { actions } from './actions/registry.ts'
import { createDecide } from './core/decide.ts'
import { collections } from './dialects/collections.ts'

/**
 * The decision with the actions and the collections bound in. A module of its own, so that an
 * engine can load it in the thread that writes: a function cannot be sent there, an address can.
 */
export const decide = createDecide(actions, collections)
