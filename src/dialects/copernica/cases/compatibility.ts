import type { Compatibility, SupportedCall } from '../../../core/dialect-case.ts'

const call = (method: string, path: string, does: string, limits?: string): SupportedCall => ({
  method,
  path: `/{version}${path}`,
  does,
  ...(limits !== undefined && { limits }),
})

/** A call that answers to both. */
const either = (path: string, does: string) => [
  call('PUT', path, does),
  call('POST', path, 'The same.'),
]
const event = (path: string, does: string) => [
  call('POST', `/events/${path}`, does),
  call('PUT', `/events/${path}`, 'The same.'),
]
const database = '/database/{database}'
const profile = '/profile/{profile}'
const collection = '/collection/{collection}'
const subprofile = '/subprofile/{subprofile}'

export const compatibility: Compatibility = {
  title: 'Copernica REST API',
  intro:
    'What of Copernica’s REST API, versions 1 to 4, a client finds here; `{version}` is `v1`, `v2`, `v3` or `v4`, which all serve the same; without a version the first is meant. [The README of the dialect](../../src/dialects/copernica/README.md) tells how fields are stored, what databases are here and how follow-ups become rules.',
  calls: [
    call('GET', '/identity', 'Tells whose token it is.'),
    { method: 'POST', path: '/', does: 'Exchanges a token for a ticket of 24 hours.' },
    { method: 'GET', path: '/', does: 'The same.' },
    ...event('{group}/{kind}', 'Records an event.'),
    ...event('webshop/{area}/{kind}', 'Records an event of a shop.'),
    call('GET', '/databases', 'Lists databases.', '100 to a page.'),
    call('POST', '/databases', 'Makes a database: a view with fields of its own.', 'Up to 500.'),
    call('GET', database, 'Shows a database.'),
    ...either(database, 'Changes its name or description, or archives it.'),
    call('GET', `${database}/fields`, 'Lists fields.'),
    call('POST', `${database}/fields`, 'Adds a field.', 'Up to 500 in each database.'),
    ...either(`${database}/field/{field}`, 'Changes a field, or what it is called.'),
    call('DELETE', `${database}/field/{field}`, 'Deletes a field; values stay.'),
    call('GET', `${database}/interests`, 'Lists the interests that were defined.'),
    call('POST', `${database}/interests`, 'Defines an interest.', 'Up to 500 in each database.'),
    ...either('/interest/{interest}', 'Changes the name and group of an interest.'),
    call('DELETE', '/interest/{interest}', 'Deletes an interest; people keep the tag.'),
    call('GET', `${database}/unsubscribe`, 'Tells what unsubscribing does.'),
    ...either(`${database}/unsubscribe`, 'Sets what unsubscribing does.'),
    call('GET', `${database}/profiles`, 'Lists profiles.'),
    call('GET', `${database}/profileids`, 'The IDs of profiles as a bare list.', 'Up to 100,000.'),
    call('POST', `${database}/profiles`, 'Makes a profile.'),
    call('PUT', `${database}/profiles`, 'Changes all that match.', 'Up to 10,000.'),
    call('DELETE', `${database}/profiles`, 'Removes profiles.', 'Up to 1,000.'),
    ...either(`${database}/profile/{profile}`, 'Changes a profile.'),
    call('GET', profile, 'Shows a profile.'),
    ...either(profile, 'Changes a profile.'),
    call('DELETE', profile, 'Removes a profile.'),
    call('GET', `${profile}/fields`, 'Shows the fields of a profile.'),
    ...either(`${profile}/fields`, 'Changes the fields of a profile.'),
    call('GET', `${profile}/interests`, 'Shows the interests of a profile.'),
    call('POST', `${profile}/interests`, 'Adds interests.'),
    call('PUT', `${profile}/interests`, 'Replaces interests.'),
    ...either(`${profile}/unsubscribe`, 'Unsubscribes a profile.'),
    call('GET', `${database}/collections`, 'Lists collections.'),
    call('POST', `${database}/collections`, 'Makes a collection.', 'Up to 50 in each database.'),
    call('GET', collection, 'Shows a collection.'),
    ...either(collection, 'Changes its name.'),
    call('GET', `${collection}/fields`, 'Lists its fields.'),
    call('POST', `${collection}/fields`, 'Adds a field to it.'),
    ...either(`${collection}/field/{field}`, 'Changes one of its fields, or its name.'),
    call('DELETE', `${collection}/field/{field}`, 'Deletes one of its fields; values stay.'),
    call('GET', `${collection}/subprofiles`, 'Lists subprofiles.', 'A filter looks at 10,000.'),
    call('PUT', `${collection}/subprofiles`, 'Changes all that match.', 'Up to 500.'),
    call(
      'GET',
      `${collection}/subprofileids`,
      'The IDs of subprofiles as a bare list.',
      'Up to 10,000.',
    ),
    call('GET', `${profile}/subprofiles/{collection}`, 'Lists the subprofiles of a profile.'),
    call('POST', `${profile}/subprofiles/{collection}`, 'Makes a subprofile.'),
    call('PUT', `${profile}/subprofiles/{collection}`, 'Changes all that match.', 'Up to 500.'),
    call('GET', subprofile, 'Shows a subprofile.'),
    ...either(subprofile, 'Changes a subprofile.'),
    call('GET', `${subprofile}/fields`, 'Shows the fields of a subprofile.'),
    ...either(`${subprofile}/fields`, 'Changes the fields of a subprofile.'),
    call('DELETE', subprofile, 'Removes a subprofile.'),
    call('GET', '/logfiles', 'Lists the days of the event log, or the files of a day.'),
    call('GET', '/logfiles/{name}', 'The files of a day, or a file, as in version 1.'),
    call('GET', '/logfiles/{name}/{format}', 'A file, as in version 1.', 'Up to 10,000 rows.'),
    call('GET', '/logfile/{name}', 'A file as rows.', 'Up to 10,000 rows.'),
    call('GET', '/logfile/{name}/{format}', 'A file as JSON, XML or rows.', 'Up to 10,000 rows.'),
    call('GET', '/consumption', 'Counts what was called.'),
    call('POST', `${profile}/datarequest`, 'Asks for all that is known of somebody.'),
    call('POST', `${subprofile}/datarequest`, 'The same of a subprofile.'),
    call('GET', '/datarequest/{request}/status', 'Tells whether it is ready.'),
    call('GET', '/datarequest/{request}/data', 'What is known.', 'The newest 1,000 events.'),
    call('GET', '/datarequest/{request}', 'The same, as in version 1.'),
    call('GET', '/webhooks', 'Lists webhooks.'),
    call('POST', '/webhooks', 'Makes a webhook.', 'Up to 100.'),
    call('GET', '/webhook/{webhook}', 'Shows a webhook.'),
    ...either('/webhook/{webhook}', 'Changes a webhook.'),
    call('DELETE', '/webhook/{webhook}', 'Deletes a webhook.'),
  ],
  missing: [
    {
      what: 'Webhooks about mails that nobody reports',
      why: 'Roster sends no mail. Whatever sends it reports clicks, deliveries, opens, bounces and failures by `POST /events/mail/click` and so on; then the webhooks with these triggers get the forms of the vendor’s pages: `id`, `type`, `timestamp`, `time`, `recipient`, `tags[]` and what each has besides, as far as the report says it.',
    },
    {
      what: 'A DNS record that proves the receiver’s domain, and keys of signatures in the DNS',
      why: 'Whoever operates Roster says what may be reached; the key is shown with each webhook.',
    },
    {
      what: 'Lists longer than 1,000 in one answer, as on `rest.`',
      why: 'Pages of 1,000 cost the same whichever they are.',
    },
  ],
}
