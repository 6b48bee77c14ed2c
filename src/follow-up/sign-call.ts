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
const source = { dialect: 'roster', token: null, request: null }

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
      const sealed = String(key.body.sealed)
      const privateKey = sealer.open(sealed, placeOf(workspaceId, kind))
      if (sealer.isOutdated(sealed)) await sealAnew(store, sealer, workspaceId, key, privateKey)
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

/** What a former secret key sealed is kept with the one in force. */
async function sealAnew(
  store: KeyStore,
  sealer: Sealer,
  workspaceId: WorkspaceId,
  { id, kind }: StoredRecord,
  privateKey: string,
): Promise<void> {
  const set = { sealed: sealer.seal(privateKey, placeOf(workspaceId, kind)) }
  const patch = { op: 'patch', kind, at: { id }, set } as const
  await store.apply(workspaceId, { kind: 'write-records', records: [patch], source })
}

function placeOf(workspace: WorkspaceId, kind: string) {
  return { workspace, row: `record:${kind}` }
}
