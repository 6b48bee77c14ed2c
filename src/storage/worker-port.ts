/** What a worker may ask the thread that writes over a port of its own. */
export type PortMethod =
  | 'claimDeliveries'
  | 'beginAttempts'
  | 'recordAttempts'
  | 'failDeliveries'
  | 'releaseDeliveries'
  | 'extendLeases'

/** The calls of one message share a transaction, in their order. As JSON text. */
export interface PortAsked {
  calls: { method: PortMethod; now: number; given: unknown[] }[]
}

/** Each message has one answer, in order; `due` comes unasked, when more may be claimed. */
export type PortTold =
  | { due: true }
  | { answers: ({ answer: unknown } | { error: string; code: string })[] }
