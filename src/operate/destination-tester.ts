import { Fault } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import type { Sealer } from '../lib/seal.ts'
import { createOutboundClient } from '../outbound/http-client.ts'
import type { Destination } from '../storage/delivery-store.ts'
import { type TestedDestination, testDestination } from './test-destination.ts'

export type DestinationTester = ReturnType<typeof createDestinationTester>

/** Tries destinations for a server, a few at a time. */
export function createDestinationTester(sealer: Sealer, ownAddresses: readonly string[]) {
  const client = createOutboundClient({ ownAddresses })
  let underWay = 0
  return {
    async test(workspace: number, destination: Destination): Promise<TestedDestination> {
      if (underWay >= limits.destinationTestsMax) {
        const message = `${underWay} test calls are under way; try again when they are over.`
        throw new Fault('too_many_requests', { message, retryAfterSeconds: 1 })
      }
      underWay++
      try {
        return await testDestination({ client, sealer }, workspace, destination)
      } finally {
        underWay--
      }
    },
    close: () => client.close(),
  }
}
