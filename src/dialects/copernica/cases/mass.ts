import type { CaseRequest, DialectCase } from '../../../core/dialect-case.ts'
import { del, get, json, made, newProfile, nothing, page, post, put, refused } from './expected.ts'

const profiles = '/v4/database/1/profiles'
const ann = newProfile({ email: 'ann@a.example' })
const bob = newProfile({ email: 'bob@b.example' })
const people: CaseRequest[] = [ann, bob, newProfile({ email: 'cas@a.example' })]
const changed = { type: 'profile.updated', subject: true, changed: ['last_name'] }
const name = { fields: { lastname: 'X' } }

/** Many profiles in one call. */
export const massCases: DialectCase[] = [
  {
    name: 'all that match are changed',
    before: people,
    request: put(`${profiles}?fields[]=email=~%25a.example`, name),
    response: nothing,
    events: [changed, changed],
    source: page('rest-put-database-profiles'),
  },
  {
    name: 'the update of the official class: create and async as numbers',
    before: people,
    request: {
      ...put(
        '/v4//database/1/profiles?access_token={{token}}&fields%5B0%5D=email%3D%3Dnew%40b.example&create=1&async=1',
        { fields: { email: 'new@b.example' } },
      ),
      headers: { authorization: null },
    },
    response: made('profile', 4),
    events: [{ type: 'profile.created', subject: true, changed: ['email'] }],
    source: 'recorded from the official class of 2024',
    differs: {
      vendor: 'With async the answer comes before the work.',
      why: 'It is done before the answer, which then says what was made.',
    },
  },
  {
    name: 'the update of a client by id',
    before: people,
    request: {
      ...put('/v3/database/1/profiles?access_token={{token}}&create=1&fields%5B%5D=ID==2', name),
      headers: { authorization: null },
    },
    response: nothing,
    events: [changed],
    source: 'recorded from 123lens/copernica-rest-api-client',
  },
  {
    name: 'with create, who is there is changed and nobody is made',
    before: people,
    request: put(`${profiles}?fields[]=email==ANN@A.example&create=true`, name),
    response: nothing,
    events: [changed],
  },
  {
    name: 'without create, nobody found is nothing done',
    before: people,
    request: put(`${profiles}?fields[]=email==nobody@b.example`, name),
    response: nothing,
    events: [],
  },
  {
    name: 'two who are the same address are both changed',
    before: [ann, ann],
    request: put(`${profiles}?fields[]=email==ann@a.example&create=1`, name),
    response: nothing,
    events: [changed, changed],
  },
  {
    name: 'an update of many needs a filter',
    request: put(profiles, name),
    response: refused('URL parameter fields is required'),
    events: [],
  },
  {
    name: 'a filter of no field changes nobody',
    before: people,
    request: put(`${profiles}?fields[]=emial==ann@a.example`, name),
    response: refused('URL parameter fields: there is no field "emial"'),
    events: [],
    differs: {
      vendor: 'It is passed over, and everybody is changed.',
      why: 'A slip of the pen must not change everybody.',
    },
  },
  {
    name: 'an empty filter changes nobody',
    before: people,
    request: put(`${profiles}?fields%5B%5D=`, name),
    response: refused('URL parameter fields must be comparisons, as in email==john@example.com'),
    events: [],
    differs: { vendor: 'Everybody is changed.', why: 'As above.' },
  },
  {
    name: 'many are removed',
    before: people,
    request: del(profiles, { profiles: [1, '3', 99] }),
    response: nothing,
    events: [
      { type: 'profile.removed', subject: true },
      { type: 'profile.removed', subject: true },
    ],
    source: page('rest-delete-database-profiles'),
  },
  {
    name: 'a removal of many needs their ids',
    request: del(profiles, []),
    response: refused('Parameter profiles is required'),
    events: [],
  },
  {
    name: 'what is no id is refused, and nobody is removed',
    before: people,
    request: del(profiles, { profiles: [1, 'x'] }),
    response: refused('Parameter profiles must be a list of IDs'),
    events: [],
  },
  {
    name: 'another database removes its own people only',
    before: [
      ann,
      post('/v4/databases', { name: 'Shop' }),
      del('/v4/database/shop/profiles', { profiles: [1] }),
    ],
    request: get('/v4/database/1/profileids'),
    response: json(['1']),
    events: [],
  },
]
