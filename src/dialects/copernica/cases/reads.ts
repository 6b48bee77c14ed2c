import type { DialectCase } from '../../../core/dialect-case.ts'
import { del, get, newProfile, page, put, refused } from './expected.ts'

const account = { id: '<text>', name: '<text>', description: '', company: '<text>' }
const shown = { status: 200, headers: { 'content-type': 'application/json' } }

/** What is read, and addresses that do not exist. */
export const readCases: DialectCase[] = [
  {
    name: 'identity answers the account of the token, exactly as JSON without a charset',
    request: { method: 'GET', path: '/v4/identity' },
    response: { ...shown, body: account },
    events: [],
    source: page('rest-get-identity'),
  },
  {
    name: 'identity of version 3 also tells of customer and licence',
    request: {
      method: 'GET',
      path: '/v3/identity?access_token={{token}}',
      headers: { authorization: null },
    },
    response: {
      ...shown,
      body: {
        ...account,
        customer: { id: '<text>', name: '<text>', isPartner: false },
        usedBy: [],
        license: { id: '<text>', isTrial: false },
      },
    },
    events: [],
    source: 'https://www.copernica.com/en/documentation/restv3/rest-get-identity',
  },
  {
    name: 'the oldest clients name no version',
    request: {
      method: 'GET',
      path: '/identity?access_token={{token}}',
      headers: { authorization: null },
    },
    response: { ...shown, body: account },
    events: [],
  },
  {
    name: 'without a version a profile is made as in version 1, by fields at the top',
    request: {
      method: 'POST',
      path: '/database/1/profiles?access_token={{token}}',
      headers: { authorization: null },
      body: { email: 'ann@a.example' },
    },
    response: { status: 201, headers: { 'x-created': '1' }, body: '' },
    events: [
      {
        type: 'profile.created',
        subject: true,
        attributes: { email: 'ann@a.example' },
      },
    ],
  },
  {
    name: 'an event without a version, with slashes too many',
    request: {
      method: 'POST',
      path: '//events//user/update?access_token={{token}}',
      headers: { authorization: null },
      body: { email: 'ann@a.example' },
    },
    response: { status: 201, headers: { 'x-created': /^[1-9]\d*$/ }, body: '' },
    events: [{ type: 'user.update' }, { type: 'profile.created' }],
  },
  {
    name: 'a part of a path is missing, without a version',
    request: { method: 'GET', path: '/profile' },
    response: refused("Invalid request, element 1 is missing in 'directory' path"),
    events: [],
  },
  {
    name: 'a part is missing, whether or not the path ends with a slash',
    request: get('/v4/webhook/'),
    response: refused("Invalid request, element 1 is missing in 'directory' path"),
    events: [],
  },
  ...[get('/v4/profile/1/subprofiles'), put('/v4/database/1/field', {})].map(
    (request): DialectCase => ({
      name: `the third part of ${request.path} is missing`,
      request,
      response: refused("Invalid request, element 3 is missing in 'directory' path"),
      events: [],
    }),
  ),
  {
    name: 'a part too many behind somebody is an invalid method',
    before: [newProfile({ email: 'ann@a.example' })],
    request: get('/v4/profile/1/nothing'),
    response: refused('Invalid method'),
    events: [],
  },
  {
    name: 'a part too many behind nobody is an invalid method too',
    request: get('/v4/profile/9/nothing'),
    response: refused('Invalid method'),
    events: [],
    differs: {
      vendor: 'It is the ID that is refused there.',
      why: 'Nobody is looked up for a call that does not exist.',
    },
  },
  {
    name: 'a list cannot be deleted',
    request: del('/v4/databases'),
    response: refused('Invalid method', { allow: /GET/ }),
    events: [],
  },
  ...[
    ['collection', 'No collection with given ID'],
    ['subprofile', 'No subprofile with supplied ID'],
    ['profile', 'No entity with supplied ID'],
    ['database', 'No database with supplied ID'],
  ].map(
    ([what, message = '']): DialectCase => ({
      name: `there is no ${what} whose ID is -1`,
      request: get(`/v4/${what}/-1`),
      response: refused(message),
      events: [],
    }),
  ),
  {
    name: 'a GET may carry the body and the content type that some clients always send',
    request: {
      method: 'GET',
      path: '/v1/identity?access_token={{token}}',
      headers: { authorization: null, 'content-length': '2' },
      body: '[]',
    },
    response: { ...shown, body: account },
    events: [],
    source: 'recorded from TomKriek/copernica-api-php',
  },
  {
    name: 'a GET may have a content type and no body',
    request: {
      method: 'GET',
      path: '/v4//identity',
      headers: { 'content-type': 'application/json' },
    },
    response: { ...shown, body: account },
    events: [],
    source: 'recorded from 123lens/laravel-copernica-rest-client',
  },
  {
    name: 'identity without a token is refused',
    request: { method: 'GET', path: '/v4/identity', headers: { authorization: null } },
    response: refused('Invalid access token'),
    events: [],
  },
  {
    name: 'an unknown path is an invalid method',
    request: { method: 'GET', path: '/v4/nothing' },
    response: refused('Invalid method'),
    events: [],
  },
  {
    name: 'the root of a version is an invalid method',
    request: { method: 'GET', path: '/v4' },
    response: refused('Invalid method'),
    events: [],
  },
  {
    name: 'paths are case-sensitive',
    request: { method: 'GET', path: '/v4/IDENTITY' },
    response: refused('Invalid method'),
    events: [],
  },
  {
    name: 'an unknown path with a token in the query is 400 too',
    request: {
      method: 'POST',
      path: '/v2/nothing?access_token={{token}}',
      headers: { authorization: null },
      body: [],
    },
    response: refused('Invalid method'),
    events: [],
  },
  {
    name: 'reading an event address is an invalid method',
    request: { method: 'GET', path: '/v4/events/user/update' },
    response: refused('Invalid method', { allow: /POST/ }),
    events: [],
  },
  {
    name: 'deleting an event address is an invalid method',
    request: { method: 'DELETE', path: '/v4/events/user/update', body: [] },
    response: refused('Invalid method', { allow: /POST/ }),
    events: [],
  },
  {
    name: 'OPTIONS is an invalid method: pages of other origins are not served',
    request: { method: 'OPTIONS', path: '/v4/events/user/update' },
    response: refused('Invalid method', { 'access-control-allow-origin': null }),
    events: [],
  },
  {
    name: 'writing identity is an invalid method',
    request: { method: 'POST', path: '/v4/identity', body: { name: 'x' } },
    response: refused('Invalid method', { allow: /GET/ }),
    events: [],
  },
]
