import { readFileSync } from 'node:fs'

/** Longer than any secret is. */
const lengthMax = 4_096

/**
 * The secret that an environment variable or a file holds, without the line break that editors put
 * at the end.
 *
 * @throws Error that says where it was looked for, and never what was found.
 */
export function readSecret(
  source: { env: string } | { file: string },
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const text = 'env' in source ? fromEnvironment(source.env, environment) : fromFile(source.file)
  if (text === '') throw new Error(`${nameOf(source)} is empty.`)
  if (text.length > lengthMax) {
    throw new Error(`${nameOf(source)} has more than ${lengthMax} characters.`)
  }
  return text
}

function fromEnvironment(name: string, environment: NodeJS.ProcessEnv): string {
  const text = environment[name]
  if (text === undefined) throw new Error(`the environment variable ${name} is not set.`)
  return text
}

function fromFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`the file ${path} cannot be read (${reason}).`, { cause: error })
  }
}

function nameOf(source: { env: string } | { file: string }): string {
  return 'env' in source ? `the environment variable ${source.env}` : `the file ${source.file}`
}
