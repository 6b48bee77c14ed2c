import { useSyncExternalStore } from 'react'

/* Whether the session ran out under the page: what is on it stays until somebody signs in again. */

let isOver = false
const watchers = new Set<() => void>()

export function setSessionOver(to: boolean): void {
  isOver = to
  for (const tell of watchers) tell()
}

export function isSessionOver(): boolean {
  return isOver
}

export function useSessionOver(): boolean {
  return useSyncExternalStore(watch, isSessionOver)
}

function watch(tell: () => void): () => void {
  watchers.add(tell)
  return () => watchers.delete(tell)
}
