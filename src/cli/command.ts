import type { Config } from '../config/load-config.ts'

/** What a command ends with; the meaning is part of the command line's contract. */
export const exitCodes = {
  ok: 0,
  /** It was tried and did not work. */
  failed: 1,
  /** The command line or the configuration is wrong; nothing was tried. */
  usage: 2,
  /** It was understood and refused: not found, already there, not valid, in use. */
  refused: 3,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Ends a command with a message for the person who typed it, and without a stack. */
export class CliError extends Error {
  readonly exitCode: ExitCode

  constructor(outcome: Exclude<keyof typeof exitCodes, 'ok'>, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'CliError'
    this.exitCode = exitCodes[outcome]
  }
}

/** One option of a command, written `--name`. */
export interface OptionSpec {
  /** A `list` may be given several times. */
  type: 'flag' | 'text' | 'list' | 'integer'
  help: string
  /** What stands for the value in the help text. */
  placeholder?: string
  /** The words it may be, where they are few: a shell completes them. */
  values?: readonly string[] | (() => Promise<readonly string[]>)
  /** Used when the option is not given. */
  default?: string | number
  /** Without it the command is refused. */
  required?: true
  min?: number
  max?: number
}

export interface OptionSpecs {
  readonly [name: string]: OptionSpec
}

export type OptionValues<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]: ValueOf<Specs[Name]>
}

type ValueOf<Spec> = Spec extends { type: 'flag' }
  ? boolean
  : Spec extends { type: 'list' }
    ? string[]
    :
        | (Spec extends { type: 'integer' } ? number : string)
        | (Spec extends { required: true } | { default: string | number } ? never : undefined)

export interface Input<Specs extends OptionSpecs> {
  options: OptionValues<Specs>
  positionals: readonly string[]
  /** Whether the answer is for a machine. */
  json: boolean
  /** Reads the configuration; throws when it is wrong, so that `doctor` can tell of that too. */
  config(): Config
}

/** What a command has to say: to a machine and to a person. */
export interface Outcome {
  json: unknown
  text: string
  exitCode?: ExitCode
}

/** One sub-command of `roster`. */
export interface CliCommand<Specs extends OptionSpecs = OptionSpecs> {
  /** One or two words, for instance `token create`. */
  name: string
  /** One line for the list of commands. */
  summary: string
  /** What follows the name, options aside, for instance `NAME [KEY=VALUE...]`; may be empty. */
  usage: string
  /** More to say in its own help. */
  details?: string
  /** How many words may follow, options aside. */
  positionals: { min: number; max: number }
  options: Specs
  /** What the words may be that follow the name, where they are told: a shell completes them. */
  words?(): readonly string[]
  /** null when everything was said already. */
  run(input: Input<Specs>): Promise<Outcome | null>
}

/** Declares a command; a line in the argument table makes it known. */
export function defineCommand<const Specs extends OptionSpecs>(
  command: CliCommand<Specs>,
): CliCommand<Specs> {
  return command
}

/** The option that names the workspace to work on; the same in every command that has one. */
export const workspaceOption = {
  type: 'text',
  placeholder: 'NAME',
  default: 'default',
  help: 'The workspace to work on.',
} as const satisfies OptionSpec
