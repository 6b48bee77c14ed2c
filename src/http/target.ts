import type { Shell } from './shell.ts'

const firstWord = /^\/+([a-z]+)(?=[/?]|$)/

/** Puts in front what a dialect's oldest clients leave out; routes then see it as any other. */
export function withBasePath(url: string, bare: Shell['bare']): string {
  const basePath = bare.get(firstWord.exec(url)?.[1] ?? '')
  return basePath === undefined ? url : `${basePath}${url}`
}
