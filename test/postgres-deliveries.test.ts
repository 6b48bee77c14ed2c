import { openPostgresStore } from '../src/storage/postgres/postgres-store.ts'
import { deliveriesContract } from './deliveries-contract.ts'
import { newDatabase } from './kit/postgres.ts'

const decision = new URL('./kit/sending-decision.ts', import.meta.url)

deliveriesContract('postgres', async (clock) => {
  const database = await newDatabase()
  const store = await openPostgresStore(database.url, { decision, clock })
  const dispose = async () => {
    await store.close()
    await database.remove()
  }
  return { ...store, [Symbol.asyncDispose]: dispose }
})
