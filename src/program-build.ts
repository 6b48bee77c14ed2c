import { readdirSync, rmSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = join(root, 'dist/program')
/** How long files of a build before stay: a server that runs may load one of them yet. */
const keptMs = 24 * 3_600_000

/**
 * Puts the program and the packages it uses into a few files in `dist/program`, which start in
 * half the time of two thousand. `npm ci` does so; `bin/roster` takes them as long as no source is
 * newer. Names are kept, so that a stack trace still says where it comes from.
 */
export async function buildProgram(): Promise<void> {
  const { build } = await import('rolldown')
  await build({
    cwd: root,
    platform: 'node',
    logLevel: 'warn',
    input: { main: 'src/cli/main.ts' },
    // The driver's other half, which nobody installs.
    external: ['pg-native'],
    plugins: [{ name: 'places', transform: ourPlaces }],
    output: { dir: target, format: 'esm', entryFileNames: '[name].js' },
  })
  for (const name of readdirSync(target)) {
    const file = join(target, name)
    if (statSync(file).mtimeMs < Date.now() - keptMs) rmSync(file)
  }
}

/** As much of the bundler's plugin as is used here. */
interface Bundler {
  emitFile(file: { type: 'chunk'; id: string; name: string }): string
}

const place = /new URL\(\s*'(\.[^']*)',\s*import\.meta\.url,?\s*\)/g

/** A module that runs in a thread of its own gets a file too; other files stay where they are. */
function ourPlaces(this: Bundler, code: string, module: string): string | null {
  if (!module.startsWith(join(root, 'src/')) || !code.includes('import.meta.url')) return null
  return code.replaceAll(place, (_, path: string) => {
    const file = fileURLToPath(new URL(path, pathToFileURL(module)))
    if (!file.endsWith('.ts')) {
      return `new URL('${relative(target, file)}${path.endsWith('/') ? '/' : ''}', import.meta.url)`
    }
    const name = relative(join(root, 'src'), file).slice(0, -'.ts'.length).replaceAll('/', '-')
    return `new URL(import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: 'chunk', id: file, name })})`
  })
}

if (import.meta.main) await buildProgram()
