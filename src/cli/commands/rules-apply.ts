import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { appSealer, loadGrammar } from '../../app.ts'
import type { Config } from '../../config/load-config.ts'
import { definitionOf } from '../../core/destination.ts'
import { diffDestinations } from '../../core/diff-destinations.ts'
import { diffRules, type RuleChange } from '../../core/diff-rules.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { Rule } from '../../core/rule.ts'
import { isOfSubscription } from '../../core/subscription.ts'
import type { Destination, NewDestination } from '../../storage/delivery-store.ts'
import type { FullStore } from '../../storage/open-store.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { type RulesFile, readRulesFile } from '../read-rules-file.ts'
import { type SealedDestinations, sealDestinations } from '../seal-destinations.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const rulesApply = defineCommand({
  name: 'rules apply',
  summary: "Put a file's rules and destinations in the place of a workspace's own.",
  usage: 'FILE',
  details: [
    'The file is YAML with a list "rules:" and perhaps one of "destinations:"; without the latter',
    'the destinations stay as they are. It is taken whole or not at all, and is in force at once,',
    'also on a running server. A rule whose definition is unchanged keeps its version. "-" reads',
    'standard input. Secrets are read here, from the environment or from files. With --dry-run',
    'nothing is changed.',
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: {
    workspace: workspaceOption,
    'dry-run': { type: 'flag', help: 'Only say what would change.' },
    'replace-secrets': {
      type: 'flag',
      help: 'Put new secrets in the place of those that the secret key does not open.',
    },
  },
  async run({ config: readConfig, positionals, options }) {
    const word = positionals[0] ?? ''
    const [file, text] = [word === '-' ? 'stdin' : word, await readText(word)]
    const grammar = await loadGrammar()
    const content = readRulesFile(file, text, grammar)
    const config = readConfig()
    const isDry = options['dry-run']
    const applied = await withStore(
      config,
      async (store) => {
        const { id } = await findWorkspace(store, options.workspace)
        const existing = (await store.listDestinations(id)).filter(isOfFile)
        if (content.destinations === null) {
          // Once more, with the names of what is there.
          const knownDestinations = existing.map(({ name }) => name)
          readRulesFile(file, text, { ...grammar, knownDestinations })
        }
        const replace = options['replace-secrets']
        const sealed = seal(content, existing, config, id, replace)
        const before = await store.listRules(id)
        const dying = await countDying(store, id, content)
        const rules = isDry ? null : await apply(store, id, content, existing, sealed)
        return { before, existing, sealed, dying, rules }
      },
      { sealing: content.destinations !== null },
    )
    return report(options.workspace, content, applied)
  },
})

interface Applied {
  before: Rule[]
  existing: Destination[]
  sealed: SealedDestinations | null
  /** How many deliveries wait for a destination that the file leaves out. */
  dying: ReadonlyMap<string, number>
  /** null for a dry run. */
  rules: Rule[] | null
}

async function countDying(
  store: FullStore,
  workspace: WorkspaceId,
  { destinations }: RulesFile,
): Promise<Map<string, number>> {
  const dying = new Map<string, number>()
  if (destinations === null) return dying
  const kept = new Set(destinations.map(({ name }) => name))
  const states = ['queued', 'pending', 'claimed'] as const
  for (const { destination, count } of await store.countDeliveries(workspace, { states })) {
    if (!kept.has(destination) && !isOfSubscription(destination))
      dying.set(destination, (dying.get(destination) ?? 0) + count)
  }
  return dying
}

function seal(
  { destinations }: RulesFile,
  existing: Destination[],
  config: Config,
  workspace: WorkspaceId,
  replace: boolean,
): SealedDestinations | null {
  if (destinations === null) return null
  const tools = { sealer: appSealer(config), workspace, now: Date.now(), replace }
  return sealDestinations(destinations, existing, tools)
}

/**
 * What rules name is there before they are, and what they no longer name goes after them: at no
 * moment does a rule in force lack its destination.
 */
async function apply(
  store: FullStore,
  workspace: WorkspaceId,
  { rules }: RulesFile,
  existing: readonly Destination[],
  sealed: SealedDestinations | null,
): Promise<Rule[]> {
  if (!sealed) return store.replaceRules(workspace, rules)
  const wanted = new Set(sealed.destinations.map(({ definition }) => definition.name))
  const leaving = existing.filter(({ name }) => !wanted.has(name)).map(asNew)
  await store.replaceDestinations(workspace, [...sealed.destinations, ...leaving])
  const inForce = await store.replaceRules(workspace, rules)
  if (leaving.length > 0) await store.replaceDestinations(workspace, sealed.destinations)
  return inForce
}

function asNew(destination: Destination): NewDestination {
  return { definition: definitionOf(destination), secrets: destination.secrets }
}

function report(workspace: string, content: RulesFile, applied: Applied) {
  const { before, existing, sealed, dying, rules } = applied
  const changes = diffRules(before, content.rules)
  const definitions = sealed?.destinations.map(({ definition }) => definition)
  const differing = definitions ? diffDestinations(existing, definitions) : []
  const destinations = differing.map((each) => {
    const waiting = each.change === 'removed' ? (dying.get(each.name) ?? 0) : 0
    return waiting === 0 ? each : { ...each, waiting }
  })
  const renewed = sealed?.renewed ?? []
  const lines = [
    ...destinations.map((each) => {
      const dead = 'waiting' in each ? `, and the ${each.waiting} that wait for it end as dead` : ''
      return `${line(each, 'destination ')}${dead}`
    }),
    ...renewed.map((name) => `~ destination ${name}: its secrets are new`),
    ...changes.map((change) => line(change)),
  ]
  const shown = lines.length === 0 ? 'Nothing changes.' : lines.join('\n')
  const json = { workspace, changes, destinations, renewedSecrets: renewed }
  if (rules === null) return { json: { ...json, dryRun: true }, text: shown }
  const versions = rules.map(({ name, version }) => ({ name, version }))
  const names = versions.map(({ name, version }) => `${name}@${version}`)
  const inForce = `In force: ${names.join(', ') || 'no rules'}.`
  const made = sealed?.made ?? []
  const secrets = made.map(
    ({ destination, secret }) =>
      `Signing secret of ${destination}, shown this once; give it to the receiver: ${secret}`,
  )
  const text = [shown, inForce, ...secrets].join('\n')
  return { json: { ...json, rules: versions, secrets: made }, text }
}

function line({ change, name, keys }: Pick<RuleChange, 'change' | 'name' | 'keys'>, noun = '') {
  const marks = { added: '+', changed: '~', removed: '-', moved: '>' }
  return `${marks[change]} ${noun}${name}: ${change}${keys ? ` (${keys.join(', ')})` : ''}`
}

/** The text of a file that was named on the command line; "-" is standard input. */
export async function readText(file: string): Promise<string> {
  try {
    // Standard input may be a socket, which cannot be opened by its path.
    const bytes = file === '-' ? await buffer(process.stdin) : await readFile(file)
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError)
      throw new CliError('refused', `${file}: is not UTF-8 text.`, error)
    const reason = error instanceof Error ? error.message : String(error)
    throw new CliError('refused', `${file}: cannot be read (${reason}).`, error)
  }
}

/** Those of webhooks that a vendor's API registers are not for a file to put or to remove. */
function isOfFile({ name }: Destination): boolean {
  return !isOfSubscription(name)
}
