import { hash } from 'node:crypto'
import Type from 'typebox'
import { completeRule } from '../../core/complete-rule.ts'
import { diffRules } from '../../core/diff-rules.ts'
import { Fault } from '../../core/errors.ts'
import { rulesChanged, rulesInForce } from '../../core/expected-rules.ts'
import type { DataFault } from '../../core/explain-errors.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { Rule, RuleDefinition } from '../../core/rule.ts'
import { checkExamples, type RuleExample, tryExample } from '../../core/rule-examples.ts'
import { checkAcceptable, checkRules } from '../../core/rule-schema.ts'
import { isOfSubscription } from '../../core/subscription.ts'
import { didYouMean } from '../../lib/nearest.ts'
import type { NativeCall, NativeParts } from './call.ts'
import { dryAnswer, dryQuery, orTried } from './dry-run.ts'
import { pageOf, shortPaging } from './page-of.ts'
import { asFault, assertMatches } from './read-input.ts'
import { defineRoute } from './route.ts'
import { closed, page, time } from './schemas.ts'
import { shownTime } from './shown.ts'

export const definition = Type.Record(Type.String(), Type.Unknown(), {
  'x-name': 'RuleDefinition',
  description: 'a rule as it stands in a rules file: name, on, sources, when, steps and the rest',
})

const rule = Type.Object(
  {
    name: Type.String(),
    version: Type.Integer({ description: '1 when first applied, one more with every change' }),
    enabled: Type.Boolean(),
    definition,
  },
  { ...closed, 'x-name': 'Rule' },
)

const etag = Type.String({ description: 'names the rules in force, for If-Match' })

const ruleChange = Type.Object(
  {
    change: Type.Union(['added', 'changed', 'removed', 'moved'].map((word) => Type.Literal(word))),
    name: Type.String(),
    keys: Type.Optional(Type.Array(Type.String(), { description: 'which parts differ' })),
  },
  { ...closed, 'x-name': 'RuleChange' },
)

const tried = Type.Object(
  {
    name: Type.String(),
    passed: Type.Boolean(),
    wrong: Type.Array(Type.String(), { description: 'where what came differs from what was said' }),
  },
  { ...closed, 'x-name': 'TriedExample' },
)

const ruleVersion = Type.Object(
  { version: Type.Integer(), applied_at: time, in_force: Type.Boolean(), definition },
  closed,
)

const reads = { scope: 'rules:read', resource: 'rules' } as const
const writes = { scope: 'rules:write', resource: 'rules' } as const
const byName = Type.Object({ name: Type.String() })

export const listRules = defineRoute({
  ...reads,
  method: 'GET',
  path: '/rules',
  operation: 'listRules',
  summary: 'List the rules in force, in their order',
  query: Type.Object(shortPaging(), closed),
  answers: {
    200: {
      description: 'A page of rules; the etag is of all of them',
      schema: Type.Object({ ...page(rule).properties, etag }, closed),
      headers: ['etag'],
    },
  },
  async handle({ store, workspace, query }) {
    const rules = await store.listRules(workspace.id)
    const tag = tagOf(rules)
    const { page: shown, next_cursor } = pageOf(rules, ({ name }) => name, query)
    const body = { data: shown.map(shownRule), next_cursor, etag: tag }
    return { status: 200, headers: { etag: tag }, body }
  },
})

const rulesBody = Type.Object(
  {
    rules: Type.Array(Type.Unknown(), { description: 'a list of rules' }),
    examples: Type.Optional(Type.Array(Type.Unknown(), { description: 'a list of examples' })),
  },
  closed,
)

export const replaceRules = defineRoute({
  ...writes,
  method: 'PUT',
  path: '/rules',
  operation: 'replaceRules',
  once: true,
  summary: "Put rules in the place of the workspace's own",
  description:
    'They are taken whole or not at all, and are in force at once. A rule whose definition is unchanged keeps its version. Examples are tried first; where one fails nothing is changed. With `If-Match` nothing is changed when other rules are in force by now than those that were read. With `dry_run=true` everything is checked and tried, and nothing is stored.',
  query: Type.Object(
    { dry_run: Type.Optional(Type.Boolean({ description: 'true or false' })) },
    closed,
  ),
  body: rulesBody,
  inParts: true,
  takes: ['if-match-tag'],
  answers: {
    200: {
      headers: ['etag'],
      description: 'What is different now, or would be',
      schema: Type.Object(
        {
          dry_run: Type.Boolean(),
          changes: Type.Array(ruleChange),
          examples: Type.Array(tried),
          rules: Type.Array(rule, { description: 'those in force now' }),
          etag,
        },
        closed,
      ),
    },
  },
  refuses: ['precondition_failed'],
  async handle(call) {
    const { store, workspace, body, query, parts, now, actor, ifTag } = call
    assertMatches(rulesBody, body)
    const isDry = query.dry_run === true
    const destinations = await parts.deliveries.listDestinations(workspace.id)
    const definitions = readRules(body.rules, parts, destinations)
    const examples = readExamples(body.examples)
    const tools = { ...parts.grammar, decide: parts.decide }
    const results = examples.map((example) => {
      const wrong = tryExample(tools, definitions, example, now)
      return { name: example.name, passed: wrong.length === 0, wrong }
    })
    const before = await store.listRules(workspace.id)
    if (ifTag !== undefined && `"${ifTag}"` !== tagOf(before)) throw rulesChanged()
    if (!isDry) assertPassed(results)
    const expected = ifTag === undefined ? undefined : before
    const changes = diffRules(before, definitions).map((change) => ({ ...change }))
    const after = isDry
      ? before
      : await store.replaceRules(workspace.id, definitions, actor, expected)
    const rules = after.map(shownRule)
    const tag = tagOf(after)
    const shown = { dry_run: isDry, changes, examples: results, rules, etag: tag }
    return { status: 200, headers: { etag: tag }, body: shown }
  },
})

export const getRule = defineRoute({
  ...reads,
  method: 'GET',
  path: '/rules/:name',
  operation: 'getRule',
  summary: 'Read a rule in force',
  params: byName,
  answers: { 200: { description: 'The rule', schema: rule } },
  refuses: ['not_found'],
  async handle(call) {
    return { status: 200, body: shownRule(await findRule(call, call.params.name)) }
  },
})

export const enableRule = defineRoute({
  ...writes,
  method: 'PATCH',
  path: '/rules/:name',
  operation: 'enableRule',
  once: true,
  summary: 'Switch a rule on or off',
  description: 'Off, it begins no runs; those that wait go on.',
  params: byName,
  query: dryQuery,
  body: Type.Object({ enabled: Type.Boolean({ description: 'true or false' }) }, closed),
  answers: { 200: orTried('The rule as it is now', rule) },
  refuses: ['not_found'],
  async handle(call) {
    const { store, workspace, params, query, body, actor } = call
    if (query.dry_run) {
      const { disabled } = await findRule(call, params.name)
      return dryAnswer({ enabled: disabled !== true }, { enabled: body.enabled })
    }
    await store.enableRule(workspace.id, params.name, body.enabled, actor)
    return { status: 200, body: shownRule(await findRule(call, params.name)) }
  },
})

export const listRuleVersions = defineRoute({
  ...reads,
  method: 'GET',
  path: '/rules/:name/versions',
  operation: 'listRuleVersions',
  summary: 'List every version of a rule there ever was, newest first',
  params: byName,
  query: Type.Object(shortPaging(), closed),
  answers: { 200: { description: 'A page of versions', schema: page(ruleVersion) } },
  refuses: ['not_found'],
  async handle({ store, workspace, params, query }) {
    const versions = await store.ruleVersions(workspace.id, params.name)
    if (versions.length === 0) {
      throw new Fault('not_found', { message: `There never was a rule "${params.name}".` })
    }
    const { page: shown, next_cursor } = pageOf(versions, (one) => String(one.rule.version), query)
    const data = shown.map(({ rule: each, appliedAt, inForce }) => ({
      version: each.version,
      applied_at: shownTime(appliedAt),
      in_force: inForce,
      definition: definitionOf(each),
    }))
    return { status: 200, body: { data, next_cursor } }
  },
})

/** Rules as somebody wrote them, or what is wrong with them; one alone is named `rule`. */
export function readRules(
  rules: readonly unknown[],
  { grammar }: Pick<NativeParts, 'grammar'>,
  there: readonly { name: string }[],
  name: 'rules' | 'rule' = 'rules',
): RuleDefinition[] {
  const destinations = there.map(({ name }) => name).filter((name) => !isOfSubscription(name))
  const faults = checkRules(rules, grammar.actions, { ...grammar, destinations })
  const named =
    name === 'rules' ? faults : faults.map((one) => ({ ...one, path: one.path.slice(1) }))
  if (faults.length > 0) throw asFault(below(name, named))
  return (rules as readonly RuleDefinition[]).map(completeRule)
}

function readExamples(examples: readonly unknown[] = []): readonly RuleExample[] {
  const unfit = examples.flatMap((each, index) => checkAcceptable(each, [index]) ?? [])
  const faults = unfit.length > 0 ? unfit : checkExamples(examples)
  if (faults.length > 0) throw asFault(below('examples', faults))
  return examples as readonly RuleExample[]
}

function below(name: string, faults: readonly DataFault[]): DataFault[] {
  return faults.map((fault) => ({ ...fault, path: [name, ...fault.path] }))
}

function assertPassed(results: readonly { name: string; wrong: string[] }[]): void {
  const faults = results.flatMap(({ wrong }, index) =>
    wrong.map((message): DataFault => ({ path: ['examples', index], message })),
  )
  if (faults.length > 0) throw asFault(faults)
}

async function findRule(
  { store, workspace }: Pick<NativeCall<unknown, unknown, unknown>, 'store' | 'workspace'>,
  name: string,
): Promise<Rule> {
  const rules = await store.listRules(workspace.id)
  const found = rules.find((each) => each.name === name)
  if (found) return found
  const meant = didYouMean(
    name,
    rules.map((each) => each.name),
  )
  throw new Fault('not_found', { message: `There is no rule "${name}" in force.${meant}` })
}

function tagOf(rules: readonly Rule[]): string {
  return `"${hash('sha256', rulesInForce(rules), 'hex').slice(0, 32)}"`
}

function shownRule(each: Rule): JsonObject {
  const { name, version, disabled } = each
  return { name, version, enabled: disabled !== true, definition: definitionOf(each) }
}

function definitionOf({ version: _, disabled: __, ...rest }: Rule): JsonValue {
  return rest as unknown as JsonObject
}
