import { existsSync, rmSync } from 'node:fs'
import { type FileHandle, open, rename } from 'node:fs/promises'
import { CliError } from '../command.ts'

/** UTF-16 code units gathered before they are written. */
const gatheredMax = 262_144

/**
 * Writes texts to a file, which has its name only once it is whole, or to standard output; waits
 * while whoever reads is slower. Answers how many there were.
 *
 * @throws CliError `refused` when the file is there already.
 */
export async function writeLines(
  path: string | null,
  lines: AsyncIterable<string>,
): Promise<number> {
  if (path === null) return gather(lines, writeOut)
  if (existsSync(path)) {
    throw new CliError('refused', `${path} is there already; an export never overwrites.`)
  }
  const partial = `${path}.partial`
  let file: FileHandle | undefined
  try {
    file = await open(partial, 'w', 0o600)
    const handle = file
    const count = await gather(lines, async (text) => {
      await handle.appendFile(text)
    })
    await file.sync()
    await file.close()
    await rename(partial, path)
    return count
  } catch (error) {
    await file?.close().catch(() => {})
    rmSync(partial, { force: true })
    throw error
  }
}

async function gather(
  lines: AsyncIterable<string>,
  write: (text: string) => Promise<void>,
): Promise<number> {
  let count = 0
  let text = ''
  for await (const line of lines) {
    text += line
    count += 1
    if (text.length < gatheredMax) continue
    await write(text)
    text = ''
  }
  await write(text)
  return count
}

function writeOut(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()))
}
