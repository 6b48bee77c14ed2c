import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject, JsonValue } from './json.ts'
import { changesScope, createTemplates, type TemplateScope } from './template.ts'

const templates = createTemplates()
const scope: TemplateScope = {
  event: {
    total: 12.5,
    items: [{ name: 'Tea' }, { name: 'Cup' }],
    at: '2026-11-22T10:00:00+01:00',
    unix: 1_795_348_800,
    empty: '',
    none: null,
    tags: ['a', 'b'],
    many: Array.from({ length: 500 }, (_, index) => index),
  },
  profile: {
    email: 'Zoë"<\\@example.com',
    'odd name': 'odd',
    'a.b': 'dotted',
    constructor: 'mine',
    blocked: false,
    address: { city: 'Delft', size: 'big' },
  },
  changes: { email: { from: null, to: 'new@example.com' } },
  workspace: { name: 'default' },
  now: Date.parse('2026-11-22T12:00:00Z'),
}

for (const [source, text] of [
  ['plain', 'plain'],
  ['', ''],
  ['{{ event.total }} {{ workspace.name }} {{ changes.email.to }}', '12.5 default new@example.com'],
  ['{{ profile["odd name"] }} {{ profile["a.b"] }} {{ profile.address.city }}', 'odd dotted Delft'],
  ['{{ profile.constructor }}', 'mine'],
  ['{{ profile.blocked }}', 'false'],
  ['{{ profile.nick | default: "friend" | upcase }}', 'FRIEND'],
  ['{{ event.none | default: "friend" }}', 'friend'],
  ['{{ event.empty }}|{{ event.empty | default: "none" }}', '|none'],
  ['{{ profile.nick | json }} {{ event.none | json }}', 'null null'],
  ['{{ profile.address | json }}', '{"city":"Delft","size":"big"}'],
  ['{{ event.items[1].name }} {{ event.items.last.name }} {{ event.items.size }}', 'Cup Cup 2'],
  ['{{ event.items | map: "name" | join: ", " }}', 'Tea, Cup'],
  ['{% for item in event.items %}{{ forloop.index }}{{ item.name }} {% endfor %}', '1Tea 2Cup '],
  ['{% for item in event.nothing %}x{% endfor %}', ''],
  ['{% if profile.nick %}a{% elsif profile.blocked %}b{% else %}c{% endif %}', 'c'],
  ['{% if profile.nick == "x" or event.total > 10 %}yes{% endif %}', 'yes'],
  ['{% unless profile.blocked %}free{% endunless %}', 'free'],
  ['{% assign who = profile.nick | default: "x" %}{{ who }}', 'x'],
  ['{% capture who %}a{{ event.total }}{% endcapture %}{{ who }}', 'a12.5'],
  ['{% case workspace.name %}{% when "default" %}d{% else %}e{% endcase %}', 'd'],
  ['{% comment %}{{ nobody }}{% endcomment %}{% raw %}{{ x }}{% endraw %}', '{{ x }}'],
  ['{{ event.at | date: "%d-%m-%Y %H:%M" }}', '22-11-2026 09:00'],
  ['{{ event.at | date: "%H:%M", "Europe/Amsterdam" }}', '10:00'],
  ['{{ event.unix | date }}', '2026-11-22T12:00:00Z'],
  ['{{ "now" | date: "%Y" }}', '2026'],
  ['{{ profile.email | sha256 | size }}', '64'],
  ['{{ event.total | plus: 1 | times: 2 | round }} {{ "1.5" | plus: "2" }}', '27 3.5'],
] as const) {
  test(`the template ${JSON.stringify(source)} gives ${JSON.stringify(text)}`, () => {
    assert.deepEqual(templates.check(source), [])
    assert.deepEqual(templates.renderText(source, scope), { kind: 'text', text })
  })
}

for (const [source, line, column, message] of [
  ['a\n{{ user.email }}', 2, 4, /^"user" is not known; a name begins with "event", "profile"/],
  ['{% if profil.email %}{% endif %}', 1, 7, /^"profil" is not known/],
  ['{{ profile[nick] }}', 1, 12, /^"nick" is not known/],
  ['{{ email }}', 1, 4, /^"email" is not known/],
  [
    'x {{ profile.email | upcas }}',
    1,
    3,
    /^In {{ profile\.email \| upcas }}: undefined filter: upcas\.$/,
  ],
  ['{{ profile.email ', 1, 1, /not closed/],
  ['{% if profile.email %}', 1, 1, /not closed/],
  ['{% fi %}', 1, 1, /tag "fi" not found/],
  ['{% include "a" %}', 1, 1, /tag "include" not found/],
  ['{% render "a" %}', 1, 1, /tag "render" not found/],
  ['{% layout "a" %}', 1, 1, /tag "layout" not found/],
  ['{% liquid echo 1 %}', 1, 1, /tag "liquid" not found/],
  ['{{ event.tags | sample }}', 1, 1, /undefined filter: sample/],
  ['{{ event.items | where_exp: "x", "x.y" }}', 1, 1, /undefined filter: where_exp/],
  ['{{ profile.email | raw }}', 1, 1, /undefined filter: raw/],
  ['{{ }}', 1, 4, /invalid value expression/],
] as const) {
  test(`the template ${JSON.stringify(source)} is refused when it is checked`, () => {
    const [fault, ...more] = templates.check(source)
    assert.deepEqual(more, [])
    assert.ok(fault)
    assert.match(fault.message, message)
    assert.deepEqual([fault.reason, fault.line, fault.column], ['template_syntax', line, column])
    assert.deepEqual(templates.renderText(source, scope), { kind: 'fault', fault })
  })
}

test('every unknown root is named, where it stands', () => {
  const faults = templates.check('{{ a.b }}\n{{ c }} {{ a }}')
  assert.deepEqual(
    faults.map(({ message, line, column }) => `${line}:${column} ${message.slice(0, 3)}`).sort(),
    ['1:4 "a"', '2:12 "a"', '2:4 "c"'],
  )
})

for (const [source, message] of [
  ['{{ profile.nick }}', /^In {{ profile\.nick }}: there is no such value; say what to put/],
  ['{{ profile.nick | upcase }}', /no such value/],
  ['{{ "a" | append: profile.nick }}', /no such value/],
  ['{{ event.none }}', /no such value/],
  ['{{ profile.nick.deeper }}', /no such value/],
  ['{{ profile.size }}', /no such value/],
  ['{{ profile.first }}', /no such value/],
  ['{{ profile.toString }}', /no such value/],
  ['{{ profile["__proto__"] }}', /no such value/],
  ['{{ profile.address.constructor }}', /no such value/],
  ['{{ profile.email.constructor }}', /no such value/],
  ['{{ event.items.constructor }}', /no such value/],
  ['{{ event.items[7] }}', /no such value/],
  ['{% assign x = profile.nick %}{{ x }}', /no such value/],
  ['{{ profile }}', /a list or a map/],
  ['{{ event.items }}', /a list or a map/],
  ['{{ event.total | divided_by: 0 }}', /not a number/],
  ['{{ profile.email | plus: 1 }}', /not a number/],
  ['{{ profile.email | date }}', /not a date/],
  ['{{ event.at | date: "%H", profile.email }}', /cannot be worked out|not a date/],
] as const) {
  test(`the template ${JSON.stringify(source)} gives a fault and not an empty text`, () => {
    assert.deepEqual(templates.check(source), [])
    const rendered = templates.renderText(source, scope)
    assert.ok(rendered.kind === 'fault', JSON.stringify(rendered))
    assert.equal(rendered.fault.reason, 'template_value')
    assert.match(rendered.fault.message, message)
    assert.ok(!rendered.fault.message.includes('Zoë'))
  })
}

for (const [what, source] of [
  ['counts to a billion', '{% for i in (1..1000000000) %}{% endfor %}'],
  [
    'counts in counting',
    '{% for i in (1..5000) %}{% for j in (1..5000) %}{% endfor %}{% endfor %}',
  ],
  ['puts out a lot', `{% for i in (1..10000) %}${'long text '.repeat(50)}{% endfor %}`],
  ['doubles', `{% assign x = "xx" %}${'{% assign x = x | append: x %}'.repeat(40)}{{ x }}`],
  [
    'loops over a list many times over',
    `${'{% for i in event.many %}'.repeat(4)}x${'{% endfor %}'.repeat(4)}`,
  ],
  ['is too long', 'x'.repeat(65_537)],
] as const) {
  test(`a template that ${what} is stopped`, () => {
    const startedAt = performance.now()
    const rendered = templates.renderText(source, scope)
    assert.equal(rendered.kind === 'fault' && rendered.fault.reason, 'template_limit')
    assert.ok(performance.now() - startedAt < 3_000)
  })
}

test('deep nesting does no harm', () => {
  const source = `${'{% if 1 %}'.repeat(3_000)}x${'{% endif %}'.repeat(3_000)}`
  const rendered = templates.renderText(source, scope)
  if (rendered.kind === 'text') assert.equal(rendered.text, 'x')
  else assert.equal(rendered.fault.reason, 'template_limit')
})

test('a JSON body is parsed, and what is wrong with it is a fault', () => {
  const good = '{ "mail": {{ profile.email | json }}, "nick": {{ profile.nick | json }} }'
  assert.deepEqual(templates.renderJson(good, scope), {
    kind: 'json',
    text: '{ "mail": "Zoë\\"<\\\\@example.com", "nick": null }',
    value: { mail: scope.profile.email, nick: null },
  })
  for (const bad of ['{ "mail": {{ profile.email }} }', '{', '', '{ "a": 1, }', "{ 'a': 1 }"]) {
    const rendered = templates.renderJson(bad, scope)
    assert.equal(rendered.kind === 'fault' && rendered.fault.reason, 'template_not_json', bad)
  }
})

test('no value can change the form of a JSON body', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '1, "admin": true',
      '","admin":true,"x":"',
      '\ue000',
      '1',
      'true',
      '}',
      '\\',
      '"',
    ),
  )
  fc.assert(
    fc.property(text, (value) => {
      const given = { ...scope, profile: { value } }
      const quoted = templates.renderJson(
        '{"a":"{{ profile.value }}","b":"x{{ profile.value }}"}',
        given,
      )
      assert.deepEqual(quoted.kind === 'json' && quoted.value, { a: value, b: `x${value}` })
      assert.ok(quoted.kind === 'json')
      assert.deepEqual(JSON.parse(quoted.text), quoted.value)
      for (const bare of [
        '[{{ profile.value }}]',
        '{"a": {{ profile.value }} }',
        '{{ profile.value }}',
      ]) {
        assert.equal(templates.renderJson(bare, given).kind, 'fault', bare)
      }
    }),
    { numRuns: 500 },
  )
})

test('the filter json gives back every value, in both modes', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const given = { ...scope, event: { value: value as JsonValue } }
      const json = templates.renderJson('{{ event.value | json }}', given)
      const wanted = JSON.parse(JSON.stringify(value))
      assert.deepEqual(json.kind === 'json' && json.value, wanted)
      const text = templates.renderText('{{ event.value | json }}', given)
      assert.deepEqual(text, { kind: 'text', text: JSON.stringify(value) })
    }),
  )
})

test('any own name is reached between brackets, and nothing that is not own', () => {
  const name = fc
    .oneof(fc.string(), fc.constantFrom('size', 'first', 'last', 'constructor', 'toString', 'a b'))
    .filter((text) => !/["\\]/.test(text) && text !== '__proto__' && !text.includes('}}'))
  fc.assert(
    fc.property(name, (key) => {
      const source = `{{ profile["${key}"] | default: "none" }}`
      const having = { ...scope, profile: Object.fromEntries([[key, 'found']]) as JsonObject }
      assert.deepEqual(templates.renderText(source, having), { kind: 'text', text: 'found' }, key)
      const lacking = { ...scope, profile: {} }
      assert.deepEqual(templates.renderText(source, lacking), { kind: 'text', text: 'none' }, key)
    }),
  )
})

test('the same template and scope give the same text, and the scope stays as it was', () => {
  const before = JSON.stringify(scope)
  const source =
    '{% assign event = "x" %}{{ "now" | date }}{% for i in profile.address %}{{ i | json }}{% endfor %}'
  assert.deepEqual(templates.renderText(source, scope), templates.renderText(source, scope))
  assert.equal(JSON.stringify(scope), before)
  assert.deepEqual(templates.renderText('{{ event.total }}', scope), { kind: 'text', text: '12.5' })
})

test('changes are named once, the attribute before the identifier', () => {
  const attribute = { name: 'email', from: 'A@b.c', to: 'D@e.f' }
  const identifier = { name: 'email', of: 'identifier' as const, from: 'a@b.c', to: 'd@e.f' }
  const wanted = { email: { from: 'A@b.c', to: 'D@e.f' } }
  assert.deepEqual(changesScope([attribute, identifier]), wanted)
  assert.deepEqual(changesScope([identifier, attribute]), wanted)
})

test('a value that goes through json within quotes adds nothing to the body', () => {
  const templates = createTemplates()
  const scope = { event: { x: ',true,' }, profile: {}, changes: {}, workspace: {}, now: 0 }
  for (const source of ['["a {{ event.x | json }}"]', '{"a": "{{ event.x | json }}"}']) {
    const rendered = templates.renderJson(source, scope)
    assert.equal(rendered.kind === 'fault' && rendered.fault.reason, 'template_not_json', source)
  }
  const marks = { ...scope, event: { x: ['\ue000\ue001', 1] } }
  const whole = templates.renderJson('{"a": {{ event.x | json }}, "b": "{{ event.x[0] }}"}', marks)
  assert.deepEqual(whole.kind === 'json' && whole.value, {
    a: ['\ue000\ue001', 1],
    b: '\ue000\ue001',
  })
})
