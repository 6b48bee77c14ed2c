import type { DialectCase } from '../../../core/dialect-case.ts'
import type { JsonValue } from '../../../core/json.ts'
import {
  accepted,
  createdBy,
  john,
  post,
  postForm,
  postText,
  refused,
  refusedSomehow,
} from './expected.ts'

const update = '/v4/events/user/update'
const notAnAddress = refused('Parameter email is not an e-mail address')

export const badInputCases: DialectCase[] = [
  ...['register', 'update', 'remove'].map((kind) =>
    refusal(
      `user/${kind} without an address is refused`,
      post(`/v4/events/user/${kind}`, { firstname: 'John' }),
      refused('Parameter email is required'),
    ),
  ),
  refusal('no body is no address', post(update), refused('Parameter email is required')),
  refusal(
    'the empty list of PHP is no address',
    post('/v4//events/user/update?access_token={{token}}', [], { authorization: null }),
    refused('Parameter email is required'),
  ),
  refusal(
    'an address under another spelling of the name is no address',
    post(update, { Email: 'john.doe@example.com' }),
    refused('Parameter email is required'),
  ),
  refusal(
    'an address in the query is no address',
    post(`${update}?email=a@b.nl`, {}),
    refused('Parameter email is required'),
  ),
  ...[7, true, null, ['a@b.nl'], { a: 'a@b.nl' }].map((email: JsonValue) =>
    refusal(
      `an address that is ${JSON.stringify(email)} is refused`,
      post(update, { email }),
      refused('Parameter email must be text'),
    ),
  ),
  refusal(
    'an address that is a list in a form is refused',
    postForm(update, 'email[]=a@b.nl'),
    refused('Parameter email must be text'),
  ),
  refusal(
    'an empty address is refused',
    post(update, { email: '' }),
    refused('Parameter email must not be empty'),
  ),
  refusal(
    'an address of spaces is refused',
    post(update, { email: '  ' }),
    refused('Parameter email must not be empty'),
  ),
  ...[
    'john',
    '@example.com',
    'john@',
    'john@doe@example.com',
    'john doe@example.com',
    'john@exa mple.com',
    'John Doe <john@example.com>',
    '<john@example.com>',
    'a@example.com,b@example.com',
    'john@.com',
    'john@example..com',
    'john@example.com.',
    `${'j'.repeat(65)}@example.com`,
    `john@${'e'.repeat(256)}`,
    'john@example.com\nBcc: x',
  ].map((email) =>
    refusal(
      `the address ${JSON.stringify(email.slice(0, 40))} is refused`,
      post(update, { email }),
      notAnAddress,
    ),
  ),
  refusal(
    'a plus that a form did not escape is a space, and no address',
    postForm(update, 'email=john+news@example.com'),
    notAnAddress,
  ),
  ...['firstname', 'suffix', 'lastname'].flatMap((name) =>
    [7, false, null, ['x'], { x: 'y' }].map((value: JsonValue) =>
      refusal(
        `${name} that is ${JSON.stringify(value)} is refused`,
        post(update, { email: 'a@b.nl', [name]: value }),
        refused(`Parameter ${name} must be text`),
      ),
    ),
  ),
  refusal(
    'nothing is stored of a request that is refused for its last parameter',
    post(update, { ...john, extra: 'x', suffix: 7 }),
    refused('Parameter suffix must be text'),
  ),
  ...['{"email":', '{email:"a@b.nl"}', "{'email':'a@b.nl'}", '{"email":"a@b.nl"} x', 'NaN'].map(
    (text) =>
      refusal(
        `the text ${text} is not JSON`,
        postText(update, text),
        refused('The body is not valid JSON'),
      ),
  ),
  refusal(
    'a JSON body cut short by a wrong length is not JSON',
    post(update, '{\n    "email": "john.doe@example.com",\n    "firstname": ', {
      'content-type': 'application/json',
    }),
    refused('The body is not valid JSON'),
  ),
  ...(
    [
      ['null', 'null'],
      ['"text"', 'string'],
      ['7', 'number'],
      ['true', 'boolean'],
      ['[{"email":"a@b.nl"}]', 'list'],
    ] as const
  ).map(([text, kind]) =>
    refusal(
      `the JSON ${text} holds no parameters`,
      postText(update, text),
      refused(`The body must hold named parameters, not a ${kind}`),
    ),
  ),
  ...['text/plain', 'text/xml', 'application/xml', 'multipart/form-data; boundary=x'].map((type) =>
    refusal(
      `the content type ${type} is refused`,
      post(update, '{"email":"a@b.nl"}', { 'content-type': type }),
      refused('Parameters must be sent as application/json or application/x-www-form-urlencoded'),
    ),
  ),
  refusal(
    'a form without a content type is refused',
    post(update, 'email=a@b.nl'),
    refused('Parameters must be sent as application/json or application/x-www-form-urlencoded'),
  ),
  refusal(
    'JSON that is declared as a form is refused with a hint',
    postForm(update, '{"email":"a@b.nl"}'),
    refused(
      'The body looks like JSON but is declared as a form; set Content-Type to application/json',
    ),
  ),
  refusal(
    'a compressed body is refused',
    post(update, '{"email":"a@b.nl"}', {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    }),
  ),
  refusal('a form with a broken escape is refused', postForm(update, 'email=a@b.nl&city=%zz')),
  refusal('a form that is not UTF-8 is refused', postForm(update, 'email=a@b.nl&city=%ff%fe')),
  refusal(
    'a form with a lost list of maps is refused with a hint',
    postForm(update, 'email=a@b.nl&items[][sku]=A&items[][sku]=B'),
    refused('items: needs an index for each entry, as in name[0][part].'),
  ),
  refusal(
    '__proto__ is refused as a name in JSON',
    postText(update, '{"email":"a@b.nl","__proto__":{"x":1}}'),
  ),
  refusal(
    '__proto__ is refused as a name within a value',
    postText(update, '{"email":"a@b.nl","extra":{"__proto__":1}}'),
  ),
  refusal('__proto__ is refused as a name in a form', postForm(update, 'email=a@b.nl&__proto__=x')),
  refusal(
    '__proto__ is refused as a name within a form, encoded too',
    postForm(update, 'email=a@b.nl&extra%5B%5F%5Fproto%5F%5F%5D=x'),
  ),
  refusal('a NUL is refused', postText(update, '{"email":"a@b.nl","city":"a\\u0000b"}')),
  refusal('a NUL in a form is refused', postForm(update, 'email=a@b.nl&city=a%00b')),
  refusal('a lone surrogate is refused', postText(update, '{"email":"a@b.nl","city":"\\ud800"}')),
  refusal(
    'an integer that would lose digits is refused',
    postText(update, '{"email":"a@b.nl","score":9007199254740993}'),
  ),
  refusal(
    'a number that is not finite is refused',
    postText(update, '{"email":"a@b.nl","score":1e400}'),
  ),
  refusal(
    'text over 65,536 is refused',
    post(update, { email: 'a@b.nl', note: 'x'.repeat(65_537) }),
  ),
  refusal('a name over 128 is refused', post(update, { email: 'a@b.nl', ['n'.repeat(129)]: 'x' })),
  refusal(
    'JSON nested deeper than 32 is refused',
    postText(update, `{"email":"a@b.nl","deep":${'['.repeat(32)}${']'.repeat(32)}}`),
  ),
  {
    name: 'JSON nested 32 deep is taken',
    request: postText(update, `{"email":"a@b.nl","deep":${'['.repeat(31)}${']'.repeat(31)}}`),
    response: accepted,
    events: [{ type: 'user.update' }, { type: 'profile.created', changed: ['email', 'deep'] }],
  },
  refusal(
    'JSON nested 5,000 deep is refused',
    postText(update, `{"email":"a@b.nl","deep":${'['.repeat(5_000)}${']'.repeat(5_000)}}`),
  ),
  refusal(
    'a form nested deeper than 32 is refused',
    postForm(update, `email=a@b.nl&deep${'[a]'.repeat(40)}=x`),
  ),
  refusal(
    'more than 2,000 names are refused',
    post(update, { email: 'a@b.nl', ...manyNames(2_000) }),
  ),
  refusal(
    'more than 2,000 names in a form are refused',
    postForm(update, `email=a@b.nl&${Object.keys(manyNames(2_000)).join('=1&')}=1`),
  ),
  refusal(
    'a list index over 2,000 in a form is refused',
    postForm(update, 'email=a@b.nl&list[999999999]=x'),
  ),
  refusal(
    'a body over a mebibyte is refused',
    postText(update, `{"email":"a@b.nl","note":"${'x'.repeat(1_048_576)}"}`),
  ),
  refusal('a broken escape in the path is refused', post('/v4/events/user/%zz', john)),
  refusal('a path that is not UTF-8 is refused', post('/v4/events/user/%ff', john)),
  refusal(
    'a broken body behind a token in the query is 400 too',
    post('/v4//events/user/update?access_token={{token}}', '{', {
      authorization: null,
      'content-type': 'application/json',
    }),
    refused('The body is not valid JSON'),
  ),
  {
    name: 'names of the language are ordinary names',
    request: postText(
      update,
      '{"email":"a@b.nl","prototype":"p","toString":"t","hasOwnProperty":"h"}',
    ),
    response: accepted,
    events: createdBy('user.update', {
      email: 'a@b.nl',
      prototype: 'p',
      toString: 't',
      hasOwnProperty: 'h',
    }),
  },
]

/** A request that is refused and leaves nothing behind. */
function refusal(
  name: string,
  request: DialectCase['request'],
  response: DialectCase['response'] = refusedSomehow,
): DialectCase {
  return { name, request, response, events: [] }
}

function manyNames(count: number): { [name: string]: number } {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]))
}
