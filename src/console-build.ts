import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = join(root, 'dist/console')
const stampFile = join(target, 'stamp')

/**
 * Builds the console into `dist/console`, where the server finds it. `npm ci` does so too; what is
 * built already from the same sources is left alone, and the answer says which it was.
 */
export async function buildConsole(): Promise<'built' | 'unchanged'> {
  const stamp = stampOf()
  if (readStamp() === stamp) return 'unchanged'
  // Neither is needed to find out that there is nothing to do.
  const [{ build }, { default: react }] = await Promise.all([
    import('vite'),
    import('@vitejs/plugin-react'),
  ])
  await build({
    configFile: false,
    root: join(root, 'src/console'),
    base: '/console/',
    logLevel: 'warn',
    plugins: [react()],
    build: {
      outDir: target,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      // Older browsers would need a script in the page, which its policy forbids.
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1_000,
    },
  })
  compress(join(target, 'assets'))
  // Last, so that a build that was cut short is done again.
  writeFileSync(stampFile, stamp)
  return 'built'
}

/** What the build is made of: our files, and the packages in their exact versions. */
function stampOf(): string {
  const sum = createHash('sha256')
  for (const folder of ['src/console', 'src/client']) {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).sort()
    for (const name of names.filter((one) => extname(one) !== '')) {
      sum.update(`\n${name}\n`).update(readFileSync(join(root, folder, name)))
    }
  }
  for (const name of ['package-lock.json', 'src/console-build.ts']) {
    sum.update(readFileSync(join(root, name)))
  }
  return sum.digest('hex')
}

function readStamp(): string | null {
  try {
    return readFileSync(stampFile, 'utf8')
  } catch {
    return null
  }
}

/** Once and for all, rather than for each who asks. */
function compress(folder: string): void {
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name))
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes))
    writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }))
  }
}

if (import.meta.main) {
  const began = performance.now()
  const done = await buildConsole()
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  if (done === 'built') process.stdout.write(`The console is built (${seconds} s).\n`)
}
