import type { DialectCase } from '../../../core/dialect-case.ts'
import { get, john, json, made, newProfile, page, post, refused } from './expected.ts'

const visit = post('/v4/events/shop/visit', { page: '=1+1', tags: ['a'] })
/** Of a day on which nothing was logged, since a case does not know which day it is. */
const longAgo = '2016-11-04'
const data = [
  ...[post('/v4/events/user/register', john)],
  ...[post('/v4/profile/1/datarequest', { report: 'example@example.com' })],
]

/** The log of events in files, what is counted, and all that is known of somebody. */
export const logCases: DialectCase[] = [
  {
    name: 'where nothing was logged there are no days',
    request: get('/v4/logfiles'),
    response: json([]),
    events: [],
  },
  {
    name: 'the days there is a log of',
    before: [visit],
    request: get('/v4/logfiles'),
    response: json(['<text>']),
    events: [],
    source: page('rest-get-logfiles'),
  },
  {
    name: 'a day without a log has no files',
    before: [visit],
    request: get(`/v4/logfiles?date=${longAgo}&type=event`),
    response: json([]),
    events: [],
  },
  {
    name: 'version 1 has the date in the path',
    before: [visit],
    request: get(`/v1/logfiles/${longAgo}?access_token={{token}}`),
    response: json([]),
    events: [],
  },
  {
    name: 'the files of a day',
    before: [visit, get('/v4/logfiles')],
    request: get('/v4/logfiles?date={{1.0}}'),
    response: json([
      ...['event.{{1.0}}.log', 'event-user.{{1.0}}.log', 'event-webshop.{{1.0}}.log'],
      ...['event-profile.{{1.0}}.log', 'event-subprofile.{{1.0}}.log'],
    ]),
    events: [],
    source: page('rest-get-logfiles-names'),
  },
  {
    name: 'a file as JSON is a list of flat objects',
    before: [visit, get('/v4/logfiles')],
    request: get('/v4/logfile/event.{{1.0}}.log/json'),
    response: json([
      {
        id: '1',
        time: '<text>',
        type: 'shop.visit',
        profileid: '',
        source: 'copernica',
        page: '=1+1',
        tags: '["a"]',
      },
    ]),
    events: [],
    source: page('rest-get-logfiles-json'),
  },
  {
    name: 'what an event brought under the name of a column stands beside it',
    before: [
      post('/v4/events/webshop/cart/add', { id: 'c1', sku: 'P', count: 1 }),
      get('/v4/logfiles'),
    ],
    request: get('/v4/logfile/event-webshop.{{1.0}}.log/json'),
    response: json([
      {
        ...{ id: '1', time: '<text>', type: 'webshop.cart.add', profileid: '' },
        ...{ source: 'copernica', 'attributes.id': 'c1', sku: 'P', count: '1' },
      },
    ]),
    events: [],
  },
  {
    name: 'a file of a group has its events only',
    before: [visit, get('/v4/logfiles')],
    request: get('/v4/logfile/event-user.{{1.0}}.log/json'),
    response: json([]),
    events: [],
  },
  {
    name: 'a file from an instant that is to come is empty',
    before: [visit, get('/v4/logfiles')],
    request: get('/v4/logfile/event.{{1.0}}.log/json?from=9999999999'),
    response: json([]),
    events: [],
  },
  {
    name: 'a file of a group as rows has a header where one is asked for',
    before: [visit, get('/v4/logfiles')],
    request: get('/v4/logfile/event-user.{{1.0}}.log/header'),
    response: {
      status: 200,
      headers: { 'content-type': 'text/csv; charset=utf-8' },
      body: 'id,time,type,profileid,source,attributes\n',
    },
    events: [],
    source: page('rest-get-logfiles-csv'),
  },
  {
    name: 'a file of a group as rows without a header is empty',
    before: [visit, get('/v4/logfiles')],
    request: get('/v4/logfile/event-user.{{1.0}}.log/csv'),
    response: { status: 200, headers: { 'content-type': 'text/csv; charset=utf-8' }, body: '' },
    events: [],
  },
  ...['/v4/logfile/event-user.{{1.0}}.log', '/v1/logfiles/event-user.{{1.0}}.log'].map(
    (path): DialectCase => ({
      name: `${path} is rows`,
      before: [visit, get('/v4/logfiles')],
      request: get(path),
      response: { status: 200, headers: { 'content-type': 'text/csv; charset=utf-8' }, body: '' },
      events: [],
    }),
  ),
  {
    name: 'version 1 has files below the list',
    before: [visit, get('/v4/logfiles')],
    request: get('/v1/logfiles/event-user.{{1.0}}.log/json'),
    response: json([]),
    events: [],
  },
  {
    name: 'a file as XML',
    before: [visit, get('/v4/logfiles')],
    request: get('/v4/logfile/event-user.{{1.0}}.log/xml'),
    response: {
      status: 200,
      headers: { 'content-type': 'application/xml; charset=utf-8' },
      body: '<?xml version="1.0" encoding="UTF-8"?>\n<records></records>\n',
    },
    events: [],
    source: page('rest-get-logfiles-xml'),
  },
  {
    name: 'there are no log files of mailings',
    request: get('/v4/logfile/cdm-click.2016-11-04.log/json'),
    response: refused('No logfile with supplied name'),
    events: [],
    unsupported: {
      what: 'Log files of mailings (`cdm-*`, `pom-*`)',
      why: 'Roster sends no mail; its own events are in `event.<date>.log`.',
    },
  },
  {
    name: 'what was called, of a span of days',
    request: get('/v4/consumption?begin=2020-06-01&end=2020-07-01'),
    response: json({
      ...{ emails: 0, texts: 0, fax: 0, webpages: 0, apicalls: 0 },
      ...{ litmustests: 0, twofiftyoktests: 0 },
    }),
    events: [],
    source: page('rest-get-consumption'),
    differs: {
      vendor: 'All calls are counted.',
      why: 'Counted is what calls of this dialect had logged; Roster bills nobody.',
    },
  },
  {
    name: 'a span of days needs both its ends',
    request: get('/v4/consumption?begin=2020-06-01'),
    response: refused('URL parameter end is required'),
    events: [],
  },
  {
    name: 'data of a profile is asked for',
    before: [newProfile(john)],
    request: post('/v4/profile/1/datarequest', { report: 'example@example.com' }),
    response: made('datarequest', 101),
    events: [],
    source: page('rest-post-profile-datarequest'),
    differs: {
      vendor: 'The report is mailed, or sent to an address.',
      why: 'Roster sends no mail; the report is read.',
    },
  },
  {
    name: 'data of a profile is asked for with an address to report to',
    before: [newProfile(john)],
    request: post('/v4/profile/1/datarequest', { report: 'https://shop.example.org/report' }),
    response: made('datarequest', 101),
    events: [],
    source: page('rest-post-profile-datarequest'),
  },
  {
    name: 'data is ready at once',
    before: data,
    request: get('/v4/datarequest/101/status'),
    response: json({ status: 'available' }),
    events: [],
    source: page('rest-get-datarequest-status'),
  },
  {
    name: 'nothing is known of a data request that nobody made',
    request: get('/v4/datarequest/101/status'),
    response: json({ status: 'not available' }),
    events: [],
    source: page('rest-get-datarequest-status'),
  },
  ...['/v4/datarequest/101/data', '/v1/datarequest/101'].map(
    (path): DialectCase => ({
      name: `${path} is all that is known of somebody`,
      before: data,
      request: get(path),
      response: {
        status: 200,
        bodyHolds: {
          info: { type: 'profile', id: '1' },
          data: ['<any>', '<any>', '<any>', '<any>'],
        },
      },
      events: [],
      source: page('rest-get-datarequest-data'),
    }),
  ),
  {
    name: 'data of a subprofile is asked for',
    before: [
      post('/v4/database/1/collections', { name: 'Orders' }),
      newProfile(john),
      post('/v4/profile/1/subprofiles/101', {}),
    ],
    request: post('/v4/subprofile/102/datarequest', []),
    response: made('datarequest', 103),
    events: [],
    source: page('rest-post-subprofile-datarequest'),
  },
  {
    name: 'there is no such data request',
    request: get('/v4/datarequest/5/data'),
    response: refused('No data request with supplied ID'),
    events: [],
  },
]
