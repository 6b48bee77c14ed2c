import { openStore } from '../src/storage/open-store.ts'
import { newDatabase } from './kit/postgres.ts'
import { storeContract } from './store-contract.ts'

const decision = new URL('../src/decision.ts', import.meta.url)

storeContract('postgres', async () => {
  const database = await newDatabase()
  const store = await openStore(database.url, { decision })
  const dispose = async () => {
    await store.close()
    await database.remove()
  }
  return { ...store, [Symbol.asyncDispose]: dispose }
})
