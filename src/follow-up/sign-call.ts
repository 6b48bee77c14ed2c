import { randomBytes } from 'node:crypto'
import { Fault } from '../core/errors.ts'
import type { CallToSign, Payload } from '../core/payload.ts'
import type { WorkspaceId } from '../core/profile.ts'
import type { StoredRecord } from '../core/record.ts'
import { makeRsaKeys } from '../lib/rsa.ts'
import { SealError, type Sealer } from '../lib/seal.ts'
import type { Store } from '../storage/store.ts'

/** A call whose vendor signs its webhooks in its own way, and by whose payload. */
export type SignAsked = Omit<CallToSign, 'nonce'> & { payload: string }

/** The headers that prove who calls, for this one try; or why the key cannot be had. */
export type SignAnswer = { headers: { [name: string]: string } } | { unopened: string }

export type SignCall = (asked: SignAsked) => Promise<SignAnswer>

type KeyStore = Pick<Store, 'findRecord' | 'apply'>

const keyName = 'key'

/** Signs on the thread that has the store. A workspace's key is made when it is needed first. */
export function createCallSigner(
  store: KeyStore,
  payloads: readonly Payload[],
  sealer: Sealer,
): SignCall {
  return async ({ payload: name, ...call }) => {
    const signature = payloads.find((payload) => payload.name === name)?.signature
    if (!signature) throw new Error(`The payload ${name} has no signature.`)
    const { workspaceId } = call
    const kind = signature.keyKind
    const key =
      (await store.findRecord(workspaceId, kind, { name: keyName })) ??
      (await makeKey(store, sealer, workspaceId, kind))
    try {
      const privateKey = sealer.open(String(key.body.sealed), placeOf(workspaceId, kind))
      const nonce = randomBytes(16).toString('hex')
      return { headers: signature.headers({ ...call, nonce }, privateKey) }
    } catch (error) {
      if (!(error instanceof SealError)) throw error
      return { unopened: error.message }
    }
  }
}

async function makeKey(
  store: KeyStore,
  sealer: Sealer,
  id: WorkspaceId,
  kind: string,
): Promise<StoredRecord> {
  const { privateKey, publicKey } = await makeRsaKeys()
  const body = { public: publicKey, sealed: sealer.seal(privateKey, placeOf(id, kind)) }
  const put = { op: 'put', kind, name: keyName, version: 0, body } as const
  const source = { dialect: 'roster', token: null, request: null }
  try {
    await store.apply(id, { kind: 'write-records', records: [put], source })
  } catch (error) {
    // Somebody else made it in the same moment: theirs is the one.
    if (!(error instanceof Fault) || error.code !== 'conflict') throw error
  }
  const key = await store.findRecord(id, kind, { name: keyName })
  if (!key) throw new Error('A key was made, and is not there.')
  return key
}

function placeOf(workspace: WorkspaceId, kind: string) {
  return { workspace, row: `record:${kind}` }
}
