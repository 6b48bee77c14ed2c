import { HeldClaims } from '../../src/follow-up/held-claims.ts'

/**
 * A planted defect: no room is kept for destinations that wait behind those that hang, as if all
 * deliveries stood in one queue. Loaded into the program before it starts.
 */
HeldClaims.prototype.withMany = () => []
