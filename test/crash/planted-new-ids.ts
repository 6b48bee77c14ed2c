import crypto, { type Hmac, randomUUID } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

/**
 * A planted defect: every try of a delivery has an id of its own, so that a receiver cannot tell
 * what it has seen. Loaded into the program before it starts.
 */
const { createHmac } = crypto

crypto.createHmac = (...args: Parameters<typeof createHmac>): Hmac => {
  const hmac = createHmac(...args)
  const update = hmac.update.bind(hmac) as (data: string | Buffer) => Hmac
  hmac.update = ((data: string | Buffer) => {
    const isId = typeof data === 'string' && data.startsWith('delivery ')
    return update(isId ? `${data} ${randomUUID()}` : data)
  }) as typeof hmac.update
  return hmac
}
syncBuiltinESMExports()
