import { Fault } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import type { Sealer } from '../lib/seal.ts'
import type { OutboundClient } from '../outbound/http-client.ts'
import type { Destination } from '../storage/delivery-store.ts'
import { type TestedDestination, testDestination } from './test-destination.ts'

export type DestinationTester = ReturnType<typeof createDestinationTester>

/** Tries destinations for a server, a few at a time. */
export function createDestinationTester(sealer: Sealer, findOwn: () => Promise<string[]>) {
  // Made when it is first needed: no start waits for it.
  let opened: Promise<OutboundClient> | null = null
  const open = async () => {
    const { createOutboundClient } = await import('../outbound/http-client.ts')
    return createOutboundClient({ ownAddresses: await findOwn() })
  }
  let underWay = 0
  return {
    async test(workspace: number, destination: Destination): Promise<TestedDestination> {
      if (underWay >= limits.destinationTestsMax) {
        const message = `${underWay} test calls are under way; try again when they are over.`
        throw new Fault('too_many_requests', { message, retryAfterSeconds: 1 })
      }
      underWay++
      try {
        opened ??= open()
        return await testDestination({ client: await opened, sealer }, workspace, destination)
      } finally {
        underWay--
      }
    },
    close: async () => (await opened)?.close(),
  }
}
