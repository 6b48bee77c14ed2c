import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actions } from '../src/actions/registry.ts'
import { loadGrammar } from '../src/app.ts'
import { CliError, exitCodes } from '../src/cli/command.ts'
import { readRulesFile } from '../src/cli/read-rules-file.ts'
import { starterRules } from '../src/core/rule.ts'
import { checkRules } from '../src/core/rule-schema.ts'

const grammar = await loadGrammar()
const tagIt = '    steps: [{ action: add-tag, with: { tag: seen } }]'

test('the starter rules pass the check of a rules file', () => {
  assert.deepEqual(checkRules(starterRules, actions, { ...grammar, destinations: [] }), [])
})

test('a file with every kind of condition is read as it stands', () => {
  const rules = read(`
# Whoever buys for the first time.
rules:
  - name: tag-buyers
    on: [user.update, profile.updated, "custom.Added to cart"]
    when:
      all:
        - any: [{ profile: country, is: NL }, { event: address.city, is_not: null }]
        - not: { profile: tags, exists: false }
        - { changed: email }
    steps:
      - action: add-tag
        with: { tag: buyer }
      - action: set-attributes
        with: { match: subject, attributes: { plan: no, "constructor": 1 } }
`)
  assert.deepEqual(rules, [
    {
      name: 'tag-buyers',
      on: ['user.update', 'profile.updated', 'custom.Added to cart'],
      when: {
        all: [
          {
            any: [
              { profile: 'country', is: 'NL' },
              { event: 'address.city', is_not: null },
            ],
          },
          { not: { profile: 'tags', exists: false } },
          { changed: 'email' },
        ],
      },
      steps: [
        { action: 'add-tag', with: { tag: 'buyer' } },
        {
          action: 'set-attributes',
          with: { match: 'subject', attributes: { plan: 'no', constructor: 1 } },
        },
      ],
    },
  ])
})

test('an empty list takes every rule away, and "with" may be left out', () => {
  assert.deepEqual(read('rules: []'), [])
  const [rule] = read(
    'rules: [{ name: a, on: [user.remove], steps: [{ action: remove-profile }] }]',
  )
  assert.deepEqual(rule?.steps, [{ action: 'remove-profile', with: {} }])
})

test('anchors and aliases are resolved, and a fault behind an alias is placed', () => {
  const text = `rules:
  - name: a
    on: &on [user.update]
    steps: [{ action: add-tag, with: &with { tag: x } }]
  - name: b
    on: *on
    steps: [{ action: add-tag, with: *with }]
`
  assert.equal(read(text).length, 2)
  assert.deepEqual(refusals(text.replace('tag: x', 'tagg: x')), [
    'rules.yaml:4:44: "tag" is missing.',
    'rules.yaml:4:46: "tagg" is not known here. Did you mean "tag"?',
    'rules.yaml:7:38: "tag" is missing.',
  ])
})

test('what is wrong is named with its place and what was perhaps meant, all of it at once', () => {
  const text = `rules:
  - name: Bad Name
    on: []
    wen: { profile: a, is: 1 }
    steps:
      - action: set-atributes
        with: { match: email }
      - action: add-tag
      - action: set-attributes
        with: { match: emial, attributes: event }
      - remove
  - name: good
    on: [user.update, nodots]
    steps: []
  - name: good
    on: [user.update]
${tagIt}
  - 7
ruls: 1
`
  assert.deepEqual(refusals(text), [
    'rules.yaml:2:11: Must be a name of up to 64 small letters and digits with dashes between, such as tag-buyers.',
    'rules.yaml:3:9: Must not be empty.',
    'rules.yaml:4:5: "wen" is not known here. Did you mean "when"?',
    'rules.yaml:6:17: There is no action "set-atributes". Did you mean "set-attributes"?',
    'rules.yaml:8:9: "tag" is missing.',
    'rules.yaml:10:24: Must be "email" or "subject".',
    'rules.yaml:11:9: Must be a map such as { wait: PT10M }.',
    'rules.yaml:13:23: Must be an event type such as user.update, or user.* for all of a group.',
    'rules.yaml:14:12: Must not be empty.',
    'rules.yaml:15:11: The name "good" is taken by rule 2 of the list.',
    'rules.yaml:18:5: Must be a map.',
    'rules.yaml:19:1: "ruls" is not known here. Did you mean "rules"?',
  ])
})

for (const [condition, message] of [
  [
    '{ profile: a }',
    '4:11: Must have exactly one of "is", "is_not", "one_of", "contains", "starts_with", "ends_with", "matches", "greater", "less", "between", "exists", "before", "after".',
  ],
  [
    '{ profile: a, is: 1, exists: true }',
    '4:11: Must have exactly one of "is", "is_not", "one_of", "contains", "starts_with", "ends_with", "matches", "greater", "less", "between", "exists", "before", "after", not "is", "exists".',
  ],
  [
    '{ profile: a, event: b, is: 1 }',
    '4:11: Must name exactly one of "event", "profile", "record", "changed", "tag", "identifier", not "event", "profile".',
  ],
  [
    '{ is: 1 }',
    '4:11: Must name exactly one of "event", "profile", "record", "changed", "tag", "identifier".',
  ],
  [
    '{ changed: a, is: 1 }',
    '4:25: "changed" takes "from" and "to", with an operator in each, not "is".',
  ],
  ['{ profil: a, is: 1 }', '4:13: "profil" is not known here. Did you mean "profile"?'],
  ['{ al: [{ changed: a }] }', '4:13: "al" is not known here. Did you mean "all"?'],
  [
    '{ all: [], any: [] }',
    '4:18: Must not be empty.\nrules.yaml:4:22: "all" stands alone in its map, without "any".',
  ],
  ['{ all: { changed: a } }', '4:18: Must be a list of conditions.'],
  ['{ not: [] }', '4:18: Must be a map such as { profile: country, is: NL }.'],
  ['{ profile: a, exists: yes }', '4:33: Must be true or false.'],
  ['{ profile: "", is: 1 }', "4:22: Must be an attribute's name."],
  ['{ profile: a, is: .nan }', '4:11: A value in it is not a finite number.'],
  ['7', '4:11: Must be a map such as { profile: country, is: NL }.'],
] as const) {
  test(`the condition ${condition} is refused`, () => {
    const text = `rules:\n  - name: a\n    on: [user.update]\n    when: ${condition}\n${tagIt}\n`
    assert.equal(refusals(text).join('\n'), `rules.yaml:${message}`)
  })
}

test('destinations are read with the rules, and rules may name those of the file alone', () => {
  const file = (list: string, to: string) => `${list}
rules:
  - name: a
    on: [user.update]
    steps: [{ action: webhook, with: { destination: ${to} } }]
`
  const shop = 'destinations: [{ name: shop, type: webhook, url: "https://shop.example" }]'
  const { destinations } = readRulesFile('rules.yaml', file(shop, 'shop'), grammar)
  assert.deepEqual(destinations, [{ name: 'shop', type: 'webhook', url: 'https://shop.example' }])
  assert.deepEqual(refusals(file(shop, 'shpo')), [
    'rules.yaml:5:53: There is no destination "shpo". Did you mean "shop"?',
  ])
  assert.deepEqual(refusals(file(shop.replace('webhook', 'webhok'), 'shop')), [
    'rules.yaml:1:36: There is no destination of type "webhok". Did you mean "webhook"?',
  ])
  const without = readRulesFile('rules.yaml', file('', 'elsewhere'), grammar)
  assert.equal(without.destinations, null, 'which are there already is for the store to say')
})

test('text that is no rules file at all is refused', () => {
  assert.match(refusals('rules:\n  - name: [a\n')[0] ?? '', /^rules\.yaml:\d+:\d+: /)
  assert.match(
    refusals('rules: []\nrules: []\n')[0] ?? '',
    /^rules\.yaml:2:1: Map keys must be unique/,
  )
  assert.deepEqual(refusals(''), ['rules.yaml:1:1: The file must be a map with a list "rules:".'])
  assert.deepEqual(refusals('rules:'), ['rules.yaml:1:7: Must be a list of rules.'])
  assert.deepEqual(refusals('{}'), ['rules.yaml:1:1: "rules" is missing.'])
  assert.deepEqual(refusals('rules: []\n---\nrules: []\n'), [
    'rules.yaml:2:1: A rules file is one YAML document.',
  ])
  assert.match(refusals('rules: *nothing')[0] ?? '', /^rules\.yaml:1:\d+: Unresolved alias/)
})

test('aliases that multiply, names of the language and endless nesting do no harm', () => {
  const lol = ['a: &a [x, x, x, x, x, x, x, x, x]']
  for (const [index, name] of [...'bcdefghi'].entries()) {
    const before = `*${'abcdefgh'[index]}`
    lol.push(`${name}: &${name} [${Array(9).fill(before).join(', ')}]`)
  }
  assert.match(refusals(lol.join('\n'))[0] ?? '', /alias/i)
  const proto = 'rules:\n  - name: a\n    on: [user.update]\n    __proto__: 1\n    steps: []\n'
  assert.ok(refusals(proto).length > 0)
  const named = (key: string) =>
    `rules:\n  - name: a\n    on: [user.update]\n    ${key}: 1\n${tagIt}\n`
  assert.deepEqual(refusals(named('constructor')), [
    'rules.yaml:4:5: "constructor" is not known here.',
  ])
  const deep = `${'{ not: '.repeat(200)}{ changed: a }${' }'.repeat(200)}`
  assert.match(
    refusals(`rules:\n  - name: a\n    on: [user.update]\n    when: ${deep}\n${tagIt}\n`)[0] ?? '',
    /nested deeper than 32/,
  )
})

test('more rules than a workspace may have are refused', () => {
  const rule = (index: number) =>
    `  - { name: r${index}, on: [user.update], steps: [{ action: add-tag, with: { tag: a } }] }`
  const text = (count: number) =>
    `rules:\n${Array.from({ length: count }, (_, index) => rule(index)).join('\n')}\n`
  assert.equal(read(text(200)).length, 200)
  assert.match(refusals(text(201))[0] ?? '', /201 rules; at most 200/)
})

function read(text: string) {
  return readRulesFile('rules.yaml', text, grammar).rules
}

function refusals(text: string): string[] {
  try {
    read(text)
  } catch (error) {
    assert.ok(error instanceof CliError, String(error))
    assert.equal(error.exitCode, exitCodes.refused)
    return error.message.split('\n')
  }
  assert.fail('the file was taken')
}
