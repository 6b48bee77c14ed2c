import type { WorkspaceId } from '../../core/profile.ts'
import type { UsedName } from '../names-used.ts'

type NameKind = UsedName['kind']

interface Entry {
  id: number
  asOf: number
}

/** How many names are remembered twice over before the older half is let go. */
const generationMax = 100_000

/**
 * The numbers of names, as far as this process has met them. A name without one may get it any
 * moment, so what is not stored is not remembered. Names that were used lately outlive the letting
 * go, so that a profile that is being shown keeps its own. An erasure may take a name out, and
 * raises the version of the configuration: whoever reads that calls `doubt`, and from then on a
 * name shows its number still, and counts as stored only once it was found again.
 */
export class NameCache {
  #young = new Map<string, Entry>()
  #old = new Map<string, Entry>()
  #asOf = 0

  /** What is found out from now on; for `set`. */
  get asOf(): number {
    return this.#asOf
  }

  doubt(): void {
    this.#asOf += 1
  }

  /** The number to show. */
  get(workspaceId: WorkspaceId, kind: NameKind, name: string): number | undefined {
    return this.#get(workspaceId, kind, name)?.id
  }

  isStored(workspaceId: WorkspaceId, kind: NameKind, name: string): boolean {
    return this.#get(workspaceId, kind, name)?.asOf === this.#asOf
  }

  /** `asOf` is what it was before the name was looked up. */
  set(workspaceId: WorkspaceId, { kind, name, id }: UsedName & { id: number }, asOf: number): void {
    this.#put(`${workspaceId}\0${kind}\0${name}`, { id, asOf })
  }

  #get(workspaceId: WorkspaceId, kind: NameKind, name: string): Entry | undefined {
    const key = `${workspaceId}\0${kind}\0${name}`
    const entry = this.#young.get(key)
    if (entry) return entry
    const older = this.#old.get(key)
    if (older) this.#put(key, older)
    return older
  }

  #put(key: string, entry: Entry): void {
    if (this.#young.size >= generationMax) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, entry)
  }
}
