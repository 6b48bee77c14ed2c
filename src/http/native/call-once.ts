import type { Idempotency } from '../../core/command.ts'
import type { DialectResponse } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import type { ProfileId } from '../../core/profile.ts'
import { SealError } from '../../lib/seal.ts'
import { repeatedHeaders } from '../serve-endpoint.ts'
import type { NativeCall } from './call.ts'

type Calling = NativeCall<unknown, unknown, unknown>

/**
 * Carries out a call with a key once: a repeat gets the answer of the first. It is kept sealed,
 * since it may hold a secret that is shown once. A call that was refused lets go of its key, unless
 * nobody can say whether it changed something.
 */
export async function callOnce(
  call: Calling,
  asked: Idempotency,
  run: () => Promise<DialectResponse | null>,
): Promise<DialectResponse | null> {
  const { store, workspace, token } = call
  const kept = await store.beginCall(workspace.id, token.id, asked)
  if (kept !== null) return repeat(call, asked, kept)
  const end = async (answer: { text: string; about: ProfileId | null } | null) => {
    // What was done is done: the answer is worth more than a repeat's.
    await store.endCall(workspace.id, token.id, asked, answer).catch(() => {})
  }
  try {
    const answer = await run()
    const text = call.parts.sealer.seal(JSON.stringify(answer), placeOf(call, asked))
    await end({ text, about: call.tells.of })
    return answer
  } catch (error) {
    if (error instanceof Fault && error.code !== 'outcome_unknown') await end(null)
    throw error
  }
}

function repeat(call: Calling, asked: Idempotency, kept: string): DialectResponse {
  try {
    const text = call.parts.sealer.open(kept, placeOf(call, asked))
    const answer = JSON.parse(text) as DialectResponse
    return { ...answer, headers: { ...answer.headers, ...repeatedHeaders } }
  } catch (error) {
    if (!(error instanceof SealError)) throw error
    const message = 'The call was made before; its answer was sealed with a key not at hand.'
    throw new Fault('outcome_unknown', { message, cause: error })
  }
}

function placeOf({ workspace, token }: Calling, { route, key }: Idempotency) {
  return { workspace: workspace.id, row: `idempotency:${token.id}:${route}:${key}` }
}
