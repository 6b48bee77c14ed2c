import type { DialectCase } from '../../../core/dialect-case.ts'
import {
  accepted,
  createdBy,
  john,
  johnsAttributes,
  loggedAlone,
  post,
  postForm,
  postText,
} from './expected.ts'

const update = '/v4/events/user/update'
const remove = '/v4/events/user/remove'

/** The user events: the examples of the vendor's pages, and what the starter rules make of them. */
export const userEventCases: DialectCase[] = [
  {
    name: 'the JSON example of user/update creates the person',
    request: postText(
      update,
      '{\n    "email": "john.doe@example.com",\n    "firstname": "John",\n    "lastname": "Doe"\n}',
    ),
    response: { ...accepted, headers: { ...accepted.headers, 'x-created': '1' } },
    events: createdBy('user.update'),
  },
  {
    name: 'the form example of user/update creates the person; its @ is not escaped',
    request: postForm(update, 'email=john.doe@example.com&firstname=John&lastname=Doe'),
    response: accepted,
    events: createdBy('user.update'),
  },
  {
    name: 'the PHP example of user/update: a slash too many and the token in the query',
    request: post('/v4//events/user/update?access_token={{token}}', john, {
      authorization: null,
      accept: '*/*',
    }),
    response: accepted,
    events: createdBy('user.update'),
  },
  {
    name: 'the JSON example of user/remove removes a known person',
    before: [post(update, john)],
    request: postText(
      remove,
      '{\n"email": "john.doe@example.com",\n"firstname": "John",\n"lastname": "Doe"\n}',
    ),
    response: { ...accepted, headers: { ...accepted.headers, 'x-created': '3' } },
    events: [
      { type: 'user.remove', subject: true, attributes: johnsAttributes, changed: [], dropped: [] },
      { type: 'profile.removed', subject: true },
    ],
  },
  {
    name: 'the form example of user/remove removes a known person',
    before: [post(update, john)],
    request: postForm(remove, 'email=john.doe@example.com&firstname=John&lastname=Doe'),
    response: accepted,
    events: [
      { type: 'user.remove', subject: true, attributes: johnsAttributes },
      { type: 'profile.removed', subject: true },
    ],
  },
  {
    name: 'the PHP example of user/remove removes a known person',
    before: [post(update, john)],
    request: post('/v4//events/user/remove?access_token={{token}}', john, { authorization: null }),
    response: accepted,
    events: [{ type: 'user.remove', subject: true }, { type: 'profile.removed' }],
  },
  {
    name: 'the JSON example of user/register creates the person',
    request: post('/v4/events/user/register', john),
    response: accepted,
    events: createdBy('user.register'),
  },
  {
    name: 'the form example of user/register creates the person',
    request: postForm(
      '/v4/events/user/register',
      'email=john.doe@example.com&firstname=John&lastname=Doe',
    ),
    response: accepted,
    events: createdBy('user.register'),
  },
  {
    name: 'the example of version 3 works with the token in the query',
    request: post('/v3/events/user/update?access_token={{token}}', john, { authorization: null }),
    response: accepted,
    events: createdBy('user.update'),
  },
  {
    name: 'version 1 takes the same call',
    request: post('/v1/events/user/update?access_token={{token}}', john, { authorization: null }),
    response: accepted,
    events: createdBy('user.update'),
  },
  {
    name: 'version 2 takes the same call',
    request: post('/v2/events/user/update', john),
    response: accepted,
    events: createdBy('user.update'),
  },
  {
    name: 'a second update with other values changes the person',
    before: [post(update, john)],
    request: post(update, { ...john, firstname: 'Johnny' }),
    response: accepted,
    events: [
      { type: 'user.update', subject: true, changed: [], dropped: [] },
      { type: 'profile.updated', subject: true, changed: ['first_name'], dropped: [] },
    ],
  },
  {
    name: 'a second update with equal values logs the event alone',
    before: [post(update, john)],
    request: post(update, john),
    response: accepted,
    events: [{ type: 'user.update', subject: true, attributes: johnsAttributes, dropped: [] }],
  },
  {
    name: 'parameters that are left out stay as they are',
    before: [post(update, john)],
    request: post(update, { email: 'john.doe@example.com', city: 'Utrecht' }),
    response: accepted,
    events: [
      { type: 'user.update', subject: true },
      { type: 'profile.updated', changed: ['city'] },
    ],
  },
  {
    name: 'an address in other capitals is the same person, and the attribute keeps its spelling',
    before: [post(update, john)],
    request: post(update, { ...john, email: 'John.Doe@EXAMPLE.com' }),
    response: accepted,
    events: [
      { type: 'user.update', subject: true },
      { type: 'profile.updated', subject: true, changed: ['email'] },
    ],
  },
  {
    name: 'removing somebody unknown is logged, with the reason why nothing followed',
    request: post(remove, john),
    response: accepted,
    events: [
      {
        type: 'user.remove',
        subject: false,
        attributes: johnsAttributes,
        dropped: [{ name: 'email', reason: 'no_profile' }],
      },
    ],
  },
  {
    name: 'removing needs the address only',
    before: [post(update, john)],
    request: post(remove, { email: 'john.doe@example.com' }),
    response: accepted,
    events: [
      { type: 'user.remove', subject: true, attributes: { email: 'john.doe@example.com' } },
      { type: 'profile.removed' },
    ],
  },
  {
    name: 'somebody who was removed is created again by a later event',
    before: [post(update, john), post(remove, john)],
    request: post('/v4/events/user/register', john),
    response: accepted,
    events: createdBy('user.register'),
  },
  {
    name: 'suffix is the infix of a name',
    request: post(update, {
      email: 'jan@voorbeeld.nl',
      firstname: 'Jan',
      suffix: 'van der',
      lastname: 'Berg',
    }),
    response: accepted,
    events: createdBy('user.update', {
      email: 'jan@voorbeeld.nl',
      first_name: 'Jan',
      name_infix: 'van der',
      last_name: 'Berg',
    }),
  },
  {
    name: 'named parameters may be empty text',
    request: post(update, { email: 'jan@voorbeeld.nl', suffix: '' }),
    response: accepted,
    events: createdBy('user.update', { email: 'jan@voorbeeld.nl', name_infix: '' }),
  },
  {
    name: 'extra attributes keep their names and any JSON value',
    request: post(update, {
      email: 'jan@voorbeeld.nl',
      Customer: { id: 7, vip: true },
      tags: ['a', 'b'],
      score: 1.5,
      constructor: 'an ordinary name',
    }),
    response: accepted,
    events: createdBy('user.update', {
      email: 'jan@voorbeeld.nl',
      Customer: { id: 7, vip: true },
      tags: ['a', 'b'],
      score: 1.5,
      constructor: 'an ordinary name',
    }),
  },
  {
    name: 'an extra attribute that is null clears what is stored',
    before: [post(update, { ...john, city: 'Utrecht' })],
    request: post(update, { ...john, city: null }),
    response: accepted,
    events: [{ type: 'user.update' }, { type: 'profile.updated', changed: ['city'] }],
  },
  {
    name: 'parameter names are case-sensitive',
    request: post(update, { ...john, FirstName: 'Jan' }),
    response: accepted,
    events: createdBy('user.update', { ...johnsAttributes, FirstName: 'Jan' }),
  },
  {
    name: 'the name Roster uses is understood, and the documented parameter wins over it',
    request: post(update, {
      email: 'a@b.nl',
      first_name: 'Ours',
      firstname: 'Theirs',
      last_name: 'Kept',
    }),
    response: accepted,
    events: createdBy('user.update', { email: 'a@b.nl', first_name: 'Theirs', last_name: 'Kept' }),
  },
  {
    name: 'a form nests as in PHP',
    request: postForm(
      update,
      'email=a%40b.nl&tags[]=x&tags[]=y&address[city]=Utrecht&address[geo][lat]=52&items[0][sku]=A&items[1][sku]=B',
    ),
    response: accepted,
    events: createdBy('user.update', {
      email: 'a@b.nl',
      tags: ['x', 'y'],
      address: { city: 'Utrecht', geo: { lat: '52' } },
      items: [{ sku: 'A' }, { sku: 'B' }],
    }),
  },
  {
    name: 'encoded brackets of a form nest too, and the last of two equal names counts',
    request: postForm(update, 'email=a@b.nl&address%5Bcity%5D=Utrecht&score=1&score=2'),
    response: accepted,
    events: createdBy('user.update', { email: 'a@b.nl', address: { city: 'Utrecht' }, score: '2' }),
  },
  {
    name: 'a form is UTF-8, with a plus for a space',
    request: postForm(update, 'email=jorg@example.com&firstname=J%C3%B6rg+Ren%c3%a9'),
    response: accepted,
    events: createdBy('user.update', { email: 'jorg@example.com', first_name: 'Jörg René' }),
  },
  {
    name: 'JSON with escapes, as PHP writes it',
    request: postText(update, '{"email":"jorg@example.com","firstname":"J\\u00f6rg"}'),
    response: accepted,
    events: createdBy('user.update', { email: 'jorg@example.com', first_name: 'Jörg' }),
  },
  {
    name: 'the last of two equal JSON keys counts',
    request: postText(update, '{"email":"a@b.nl","firstname":"First","firstname":"Last"}'),
    response: accepted,
    events: createdBy('user.update', { email: 'a@b.nl', first_name: 'Last' }),
  },
  {
    name: 'a charset behind the content type does not matter',
    request: post(update, '{"email":"a@b.nl"}', {
      'content-type': 'application/json; charset=utf-8',
    }),
    response: accepted,
    events: createdBy('user.update', { email: 'a@b.nl' }),
  },
  {
    name: 'the content type of a form may be in capitals and have a charset',
    request: post(update, 'email=a@b.nl', {
      'content-type': 'Application/X-WWW-Form-Urlencoded;charset=UTF-8',
    }),
    response: accepted,
    events: createdBy('user.update', { email: 'a@b.nl' }),
  },
  {
    name: 'JSON without a content type is read',
    request: post(update, '{"email":"a@b.nl"}'),
    response: accepted,
    events: createdBy('user.update', { email: 'a@b.nl' }),
  },
  {
    name: 'PUT is treated like POST',
    request: { method: 'PUT', path: update, body: john },
    response: accepted,
    events: createdBy('user.update'),
  },
  {
    name: 'slashes may be doubled and trailing',
    request: post('/v4//events//user/update/', john),
    response: accepted,
    events: createdBy('user.update'),
  },
  {
    name: 'the path may be percent-encoded',
    request: post('/v4/events/user/%75pdate', john),
    response: accepted,
    events: createdBy('user.update'),
  },
  {
    name: 'query parameters are not parameters of the event',
    request: post(`${update}?city=Utrecht&firstname=Query&broken=%zz`, john),
    response: accepted,
    events: createdBy('user.update'),
  },
  {
    name: 'a token in the body is never logged',
    request: post(update, { ...john, access_token: '{{token}}' }),
    response: accepted,
    events: createdBy('user.update'),
  },
  {
    name: 'a token in a form is never logged',
    request: postForm(update, 'access_token={{token}}&email=a@b.nl'),
    response: accepted,
    events: createdBy('user.update', { email: 'a@b.nl' }),
  },
  {
    name: 'the headers of the oldest PHP class: lower case, no user agent',
    request: post('/v4//events/user/update?access_token={{token}}', '{"email":"a@b.nl"}', {
      authorization: null,
      accept: '*/*',
      'content-type': 'application/json',
    }),
    response: accepted,
    events: createdBy('user.update', { email: 'a@b.nl' }),
  },
  {
    name: 'the headers of a Guzzle client',
    request: post(update, '{"email":"a@b.nl"}', {
      accept: 'application/json',
      'user-agent': 'GuzzleHttp/7',
      'content-type': 'application/json',
    }),
    response: accepted,
    events: createdBy('user.update', { email: 'a@b.nl' }),
  },
  {
    name: 'an address with a tag, in a form with its plus escaped',
    request: postForm(update, 'email=john%2Bnews@example.com'),
    response: accepted,
    events: createdBy('user.update', { email: 'john+news@example.com' }),
  },
  {
    name: 'an address in another script is an address',
    request: post(update, { email: 'δοκιμή@παράδειγμα.ελ' }),
    response: accepted,
    events: createdBy('user.update', { email: 'δοκιμή@παράδειγμα.ελ' }),
  },
  {
    name: 'a host without a dot is an address',
    request: post(update, { email: 'root@localhost' }),
    response: accepted,
    events: createdBy('user.update', { email: 'root@localhost' }),
  },
  {
    name: 'user.subscribe is not documented: it needs nothing and touches nobody',
    before: [post(update, john)],
    request: post('/v4/events/user/subscribe', john),
    response: accepted,
    events: loggedAlone('user.subscribe', johnsAttributes),
  },
]
