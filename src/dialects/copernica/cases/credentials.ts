import type { CaseRequest, DialectCase } from '../../../core/dialect-case.ts'
import { accepted, createdBy, john, page, post, postForm, refused } from './expected.ts'

const update = '/v4/events/user/update'
const unknownToken = 'a0'.repeat(32)
const invalid = refused('Invalid access token')

/** The exchange of an API token for a ticket; the answer is `{{0}}` to the request that follows. */
const exchange: CaseRequest = {
  ...postForm('/', 'access_token={{token}}'),
  headers: { authorization: null, 'content-type': 'application/x-www-form-urlencoded' },
}

/** Bare text without an end of line: one client uses it as it is (wire notes 2). */
const exchanged: DialectCase['response'] = {
  status: 200,
  headers: { 'content-type': /^text\/plain/, 'content-length': /^[1-9]\d*$/ },
  body: '<text>',
}

export const credentialCases: DialectCase[] = [
  {
    name: 'the word Bearer may be in any case',
    request: post(update, john, { authorization: 'bearer {{token}}' }),
    response: accepted,
    events: createdBy('user.update'),
  },
  {
    name: 'the token may stand behind filters in the query',
    request: post(
      `${update}?fields[]=email%3D%3Da%40b.c&limit=10&total=&access_token={{token}}`,
      john,
      { authorization: null },
    ),
    response: accepted,
    events: createdBy('user.update'),
  },
  {
    name: 'the token may stand before other query parameters',
    request: post(`${update}?access_token={{token}}&create=1&fields%5B%5D=ID==77`, john, {
      authorization: null,
    }),
    response: accepted,
    events: createdBy('user.update'),
  },
  {
    name: 'the header counts where there is a token in the query too',
    request: post(`${update}?access_token=your-access-token`, john),
    response: accepted,
    events: createdBy('user.update'),
  },
  {
    name: 'a header of another scheme does not hide the token in the query',
    request: post(`${update}?access_token={{token}}`, john, { authorization: 'Basic YTpi' }),
    response: accepted,
    events: createdBy('user.update'),
  },
  {
    name: 'a token is exchanged for a ticket by a form',
    request: exchange,
    response: exchanged,
    events: [],
    source: page('rest-introduction'),
  },
  {
    name: 'a token is exchanged for a ticket by the query',
    request: { method: 'GET', path: '/?access_token={{token}}', headers: { authorization: null } },
    response: exchanged,
    events: [],
    source: page('rest-introduction'),
  },
  {
    name: 'a token is exchanged for a ticket by JSON',
    request: post('/', { access_token: '{{token}}' }, { authorization: null }),
    response: exchanged,
    events: [],
  },
  {
    name: 'a token is exchanged for a ticket by what an older page shows',
    request: post('/', "{'access_token':'{{token}}'}", { authorization: null }),
    response: exchanged,
    events: [],
    source: page('rest-introduction'),
  },
  {
    name: 'a ticket is good for an event',
    before: [exchange],
    request: post(update, john, { authorization: 'Bearer {{0}}' }),
    response: accepted,
    events: createdBy('user.update'),
    source: page('rest-introduction'),
  },
  {
    name: 'a ticket is good in the query too',
    before: [exchange],
    request: post(`/v3/events/user/update?access_token={{0}}`, john, { authorization: null }),
    response: accepted,
    events: createdBy('user.update'),
  },
  {
    name: 'a ticket cannot be exchanged for another',
    before: [exchange],
    request: post('/', { access_token: '{{0}}' }, { authorization: null }),
    response: invalid,
    events: [],
  },
  {
    name: 'a ticket that was changed is refused',
    before: [exchange],
    request: post(update, john, { authorization: 'Bearer {{0}}x' }),
    response: invalid,
    events: [],
  },
  {
    name: 'an exchange without a token is refused',
    request: { ...postForm('/', 'token=x'), headers: { authorization: null } },
    response: invalid,
    events: [],
  },
  {
    name: 'an exchange of an unknown token is refused',
    request: { ...postForm('/', `access_token=${unknownToken}`), headers: { authorization: null } },
    response: invalid,
    events: [],
  },
  {
    name: 'an exchange of an unknown token in the query is refused',
    request: {
      method: 'GET',
      path: `/?access_token=${unknownToken}`,
      headers: { authorization: null },
    },
    response: invalid,
    events: [],
  },
  {
    name: 'an exchange in broken JSON is refused',
    request: post('/', '{access_token:x}', { authorization: null }),
    response: refused('The body is not valid JSON'),
    events: [],
  },
  {
    name: 'the placeholder of the examples is refused as a bearer',
    request: post(update, john, { authorization: 'Bearer your-access-token' }),
    response: invalid,
    events: [],
  },
  {
    name: 'the placeholder of the examples is refused in the query',
    request: post('/v3/events/user/update?access_token=xxx', john, { authorization: null }),
    response: invalid,
    events: [],
  },
  {
    name: 'an unknown token of the right shape is refused',
    request: post(update, john, { authorization: `Bearer ${unknownToken}` }),
    response: invalid,
    events: [],
  },
  {
    name: 'an unknown token in the query is refused with 400, which is all the PHP class knows',
    request: post(`${update}?access_token=${unknownToken}`, john, { authorization: null }),
    response: invalid,
    events: [],
  },
  {
    name: 'no token at all is refused',
    request: post(update, john, { authorization: null }),
    response: invalid,
    events: [],
  },
  {
    name: 'an empty bearer is refused',
    request: post(update, john, { authorization: 'Bearer' }),
    response: invalid,
    events: [],
  },
  {
    name: 'another scheme is refused',
    request: post(update, john, { authorization: 'Basic YTpi' }),
    response: invalid,
    events: [],
  },
  {
    name: 'a token in the body is not a credential',
    request: post(update, { ...john, access_token: '{{token}}' }, { authorization: null }),
    response: invalid,
    events: [],
  },
  {
    name: 'badly encoded text in place of the token is refused',
    request: post(`${update}?access_token=%zz`, john, { authorization: null }),
    response: invalid,
    events: [],
  },
]
