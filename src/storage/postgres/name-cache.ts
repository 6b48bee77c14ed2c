import type { WorkspaceId } from '../../core/profile.ts'
import type { UsedName } from '../names-used.ts'

type NameKind = UsedName['kind']

/** How many names are remembered twice over before the older half is let go. */
const generationMax = 100_000

/**
 * The numbers of names, as far as this process has met them. A number, once given, never changes; a
 * name without one may get it any moment, so what is not stored is not remembered. Names that were
 * used lately outlive the letting go, so that a profile that is being shown keeps its own.
 */
export class NameCache {
  #young = new Map<string, number>()
  #old = new Map<string, number>()

  get(workspaceId: WorkspaceId, kind: NameKind, name: string): number | undefined {
    const key = `${workspaceId}\0${kind}\0${name}`
    const id = this.#young.get(key)
    if (id !== undefined) return id
    const older = this.#old.get(key)
    if (older !== undefined) this.#put(key, older)
    return older
  }

  set(workspaceId: WorkspaceId, kind: NameKind, name: string, id: number): void {
    this.#put(`${workspaceId}\0${kind}\0${name}`, id)
  }

  #put(key: string, id: number): void {
    if (this.#young.size >= generationMax) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, id)
  }
}
