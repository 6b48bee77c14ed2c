import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

/**
 * A real Chromium out of an npm package, so that nothing else need be installed. The package brings
 * the libraries along too that a bare system lacks.
 */
export async function startBrowser(): Promise<Browser> {
  const folder = await unpacked()
  const executablePath = join(folder, 'chromium')
  const own = {
    LD_LIBRARY_PATH: join(folder, 'al2023/lib'),
    FONTCONFIG_PATH: join(folder, 'fonts'),
  }
  const { status } = spawnSync(executablePath, ['--version'], { stdio: 'ignore' })
  const env = status === 0 ? process.env : { ...process.env, ...own }
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--no-zygote', '--disable-gpu', '--font-render-hinting=none'],
    env: env as { [name: string]: string },
  })
}

/** Unpacked once for each version; put in its place whole, since tests may start side by side. */
async function unpacked(): Promise<string> {
  const found = createRequire(import.meta.url).resolve('@sparticuz/chromium')
  const root = join(dirname(found), '..')
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const place = join(tmpdir(), `roster-chromium-${version}`)
  if (existsSync(place)) return place
  const { inflate } = await import('@sparticuz/chromium')
  const before = process.env.TMPDIR
  const fresh = mkdtempSync(`${place}-`)
  try {
    // The package unpacks to where temporary files go, and nowhere else.
    process.env.TMPDIR = fresh
    const parts = ['chromium.br', 'fonts.tar.br', 'al2023.tar.br']
    await Promise.all(parts.map((name) => inflate(join(root, 'bin', name))))
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
  try {
    renameSync(fresh, place)
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    if (!existsSync(place)) throw error
  }
  return place
}
