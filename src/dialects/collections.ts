import type { Collections } from '../core/collection.ts'
import { collections as copernica } from './copernica/rule-collections.ts'

/**
 * What dialects keep about people that rules work on. Beside the registry, so that the thread that
 * decides loads this and not whole dialects.
 */
export const collections: readonly Collections[] = [copernica]
