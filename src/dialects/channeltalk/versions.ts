/** The versions of the vendor's interface that are served; 5 is the one documented. */
export type Version = 3 | 4 | 5

export const basePaths: readonly string[] = ['/open/v5', '/open/v4', '/open/v3']
/** Where the calls are served that came with version 5. */
export const onlyVersion5: readonly string[] = ['/open/v5']

/** The version a path asks for. */
export function versionOf({ path }: { path: string }): Version {
  const asked = /^\/+open\/+v([34])(?:\/|$)/.exec(path)?.[1]
  return asked === '3' ? 3 : asked === '4' ? 4 : 5
}
