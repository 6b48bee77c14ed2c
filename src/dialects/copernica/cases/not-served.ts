import type { DialectCase } from '../../../core/dialect-case.ts'
import { get, post, refused } from './expected.ts'

const calls: [path: string, what: string, why: string][] = [
  [
    '/v4/database/1/views',
    'Selections (views) and miniselections',
    'They are made of conditions in the vendor’s interface; a filter, or a rule’s condition, does their work.',
  ],
  [
    '/v4/database/1/copy',
    'Copies of databases',
    'Fields are made by their calls; the people are the same.',
  ],
  [
    '/v4/database/1/intentions',
    'Intentions of databases, collections and selections',
    'They say what may be mailed to whom, and Roster sends no mail.',
  ],
  [
    '/v4/collection/1/unsubscribe',
    'What unsubscribing does to subprofiles',
    'It is a person who unsubscribes; a rule on `profile.updated` does the rest.',
  ],
  [
    '/v4/profile/1/files',
    'Files of a profile',
    'A person has attributes and subprofiles; one of them may hold an address.',
  ],
  [
    '/v4/couponcampaigns',
    'Coupons, media libraries and domains of senders',
    'Roster sends no mail.',
  ],
  [
    '/v1/email/a@b.nl/datarequest',
    'Data requests of an e-mail address',
    'Two people may have one; ask for each profile that a filter finds.',
  ],
  ['/v4/imports', 'Imports and exports', '`roster import` and `roster export` do that.'],
  [
    '/v4/ms/emailings',
    'Mailings, documents and templates, of both kinds',
    'Roster sends no mail; a rule can call what does.',
  ],
  ['/v4/minicondition/1/views', 'Conditions and rules of selections', 'As selections.'],
  ['/v4/token', 'OAuth2', 'There are no third parties: a token is made on the command line.'],
  [
    '/v1/profile/1/events',
    'Events of a profile in version 1',
    'They are events of mail; the log files have those of a person.',
  ],
]

/** What is not served answers like any unknown path, and shows in `roster doctor`. */
export const notServedCases: DialectCase[] = calls.map(([path, what, why]) => ({
  name: `${path} is an invalid method`,
  request: get(path),
  response: refused('Invalid method'),
  events: [],
  unsupported: { what, why },
}))

/** What the official class leads into (wire notes 6.2 and 6.3). */
export const trapCases: DialectCase[] = [
  {
    name: 'events of an address in version 1 are an invalid method, as those of a profile',
    request: get('/v1/email/a@b.nl/events?access_token={{token}}', { authorization: null }),
    response: refused('Invalid method'),
    events: [],
  },
  {
    name: 'a wrong token in the query is 400 on a call that writes a profile',
    request: post('/v4//database/1/profiles?access_token=wrong', [], { authorization: null }),
    response: refused('Invalid access token'),
    events: [],
  },
  {
    name: 'a call that is not there is 400 on a path with a body of an empty list',
    request: post('/v4//nothing/1?access_token={{token}}', [], { authorization: null }),
    response: refused('Invalid method'),
    events: [],
  },
  {
    name: 'what is not found is 400 where the token is in the query',
    request: get('/v4//profile/9?access_token={{token}}&total=0', { authorization: null }),
    response: refused('No entity with supplied ID'),
    events: [],
  },
]
