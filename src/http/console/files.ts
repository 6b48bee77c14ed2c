import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A file of the console as it was built, as it is and compressed. */
export interface ConsoleFile {
  type: string
  plain: Buffer
  /** By the coding's name, the smallest first. */
  encoded: ReadonlyMap<string, Buffer>
}

/** The endings of compressed copies, by the name of their coding. */
const codings = { br: '.br', gzip: '.gz' }

const folder = fileURLToPath(new URL('../../../dist/console/', import.meta.url))

const types: { [extension: string]: string } = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** What a build left behind: the page, and its assets by name; null where nothing was built. */
export interface ConsoleFiles {
  page: string
  assets: ReadonlyMap<string, ConsoleFile>
}

/** Reads all of it at once: there is little of it, and no address ever becomes a path. */
export function readConsoleFiles(): ConsoleFiles | null {
  let page: string
  try {
    page = readFileSync(join(folder, 'index.html'), 'utf8')
  } catch {
    return null
  }
  const names = readdirSync(join(folder, 'assets'))
  const assets = new Map<string, ConsoleFile>()
  for (const name of names) {
    const type = types[extname(name)]
    if (type === undefined) continue
    const read = (of: string) => readFileSync(join(folder, 'assets', of))
    const copies = Object.entries(codings).filter(([, ending]) => names.includes(name + ending))
    const encoded = new Map(copies.map(([coding, ending]) => [coding, read(name + ending)]))
    assets.set(name, { type, plain: read(name), encoded })
  }
  return { page, assets }
}
