import type { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import type { Actor } from '../../core/audit.ts'
import { hashesOf, type Witness } from '../../core/erasure.ts'
import { type ErasureOf, type Witnessing, witnessingOf } from '../erasure-receipt.ts'
import type { Erasure, Store } from '../store.ts'
import { storageFault } from './faults.ts'

interface ErasureParts {
  path: string
  db: DatabaseSync
  clock: () => number
  actor: Actor
  witness: (() => Witness) | undefined
}

/** What the thread of an erasure asks for. */
export type EraseAsk =
  | { kind: 'now' }
  | { kind: 'hash'; texts: readonly string[] }
  | { kind: 'sign'; text: string }
export type EraseAnswer = number | readonly string[] | Erasure['signature']
export type EraseMessage =
  | { id: number; question: EraseAsk }
  | { erasure: Erasure }
  | { failure: { message: string; errcode?: number | undefined } }

export function erasures(parts: ErasureParts): Pick<Store, 'eraseProfile' | 'findErasures'> {
  const { path, db, clock, actor, witness } = parts
  return {
    eraseProfile: (workspace, profile, by = actor) =>
      eraseInThread(path, { workspace, profile, by }, witnessingOf(clock, witness?.() ?? null)),
    findErasures: async (workspace, identifiers, limit) => {
      const hashes = JSON.stringify(hashesOf(witness, workspace, identifiers))
      const rows = db.prepare(selectErasures).all(workspace, hashes, limit)
      return rows.map(({ receipt }) => receipt as number)
    },
  }
}

const selectErasures = `
  SELECT DISTINCT receipt FROM erased_identifiers
  WHERE workspace_id = ? AND hash IN (SELECT value FROM json_each(?)) AND receipt IS NOT NULL
  ORDER BY receipt LIMIT ?`

/** An erasure has a thread of its own: it reads much, and calls are served in this one. */
async function eraseInThread(
  path: string,
  of: ErasureOf,
  witnessing: Witnessing,
): Promise<Erasure> {
  const worker = new Worker(new URL('./erase-thread.ts', import.meta.url), {
    workerData: { path, of, isWitnessed: witnessing.hash !== null },
  })
  const ended = new Promise<Erasure>((resolve, reject) => {
    worker.on('message', (message: EraseMessage) => {
      if ('erasure' in message) resolve(message.erasure)
      else if ('failure' in message) reject(asError(message.failure))
      else {
        const { id, question } = message
        answer(question, witnessing).then((found) => {
          worker.postMessage({ id, answer: found })
        }, reject)
      }
    })
    worker.on('error', reject)
    worker.on('exit', () => reject(new Error('The erasure was cut short. Erase again.')))
  })
  try {
    return await ended
  } finally {
    await worker.terminate()
  }
}

async function answer(question: EraseAsk, witnessing: Witnessing): Promise<EraseAnswer> {
  switch (question.kind) {
    case 'now':
      return witnessing.now()
    case 'hash':
      return (await witnessing.hash?.(question.texts)) ?? []
    case 'sign':
      return witnessing.sign(question.text)
  }
}

function asError({ message, errcode }: { message: string; errcode?: number | undefined }): Error {
  if (errcode === undefined) return new Error(message)
  return storageFault(Object.assign(new Error(message), { errcode }), 'write')
}
