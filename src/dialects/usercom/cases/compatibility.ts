import type { Compatibility, SupportedCall } from '../../../core/dialect-case.ts'

const base = '/api/public'
const call = (method: string, path: string, does: string, limits?: string): SupportedCall => ({
  method,
  path: base + path,
  does,
  ...(limits !== undefined && { limits }),
})

/** A call that both families of paths have. */
const onUser = (method: string, below: string, does: string, limits?: string) => [
  call(method, `/users/{id}/${below}`, does, limits),
  call(method, `/users-by-id/{user_id}/${below}`, 'The same by the customer’s own id.'),
]
const onCompany = (method: string, below: string, does: string, limits?: string) => [
  call(method, `/companies/{id}/${below}`, does, limits),
  call(method, `/companies-by-id/{company_id}/${below}`, 'The same by the customer’s own id.'),
]
const either = (below: string, does: string) =>
  ['POST', 'DELETE'].flatMap((method) => onUser(method, below, does))

export const compatibility: Compatibility = {
  title: 'User.com public REST API',
  intro:
    'What of User.com’s public REST API, versions 1 and 2, a client finds here. [The README of the dialect](../../src/dialects/usercom/README.md) tells how its fields are stored and where Roster differs as a whole.',
  calls: [
    call('POST', '/users/update_or_create/', 'Creates or updates a user by the customer’s own id.'),
    call('GET', '/users/', 'Lists users, a hundred to a page.'),
    call('POST', '/users/', 'Creates a user.'),
    ...onUser('GET', '', 'Shows a user.'),
    ...onUser('PUT', '', 'Changes what the body names.'),
    ...onUser('PATCH', '', 'Changes what the body names.'),
    ...onUser('DELETE', '', 'Removes a user.'),
    call('GET', '/users/search/', 'Finds one user, many, or a page of them.'),
    call('GET', '/users-by-id/search/', 'Finds one user by the customer’s own id.'),
    ...onUser('POST', 'set_attribute/', 'Sets one attribute, standard or custom.'),
    ...onUser('POST', 'set_multiple_attributes/', 'Sets several attributes.'),
    ...either('remove_attribute/', 'Clears an attribute.'),
    ...onUser('POST', 'add_tag/', 'Adds a tag.'),
    ...onUser('POST', 'add_many_tags/', 'Adds tags.'),
    ...either('remove_tag/', 'Takes a tag away.'),
    ...onUser('POST', 'add_to_list/', 'Enters a user in a list.'),
    ...either('remove_from_list/', 'Takes a user off a list.'),
    ...['PUT', 'POST'].flatMap((method) =>
      ['users', 'users-by-id'].flatMap((users) =>
        ['custom', 'standard'].map((kind) =>
          call(
            method,
            `/${users}/mass_update_${kind}_attributes/`,
            `Sets a ${kind} attribute of up to 1,000 users.`,
          ),
        ),
      ),
    ),
    call('POST', '/users/merge/', 'Merges up to 50 users into another.'),
    call('POST', '/events/', 'Records an event of a free name.'),
    ...onUser('POST', 'events/', 'Records an event of a user.'),
    ...onUser('GET', 'events/', 'Lists the events of a user.', 'The newest 1,000.'),
    ...onUser('GET', 'timeline/', 'Lists everything logged about a user.', 'The newest 1,000.'),
    ...['segments', 'ping_hits', 'emails', 'product_events'].flatMap((below) =>
      onUser('GET', `${below}/`, 'An empty page: Roster has none of them.'),
    ),
    call('GET', '/segments/', 'An empty page.'),
    call('GET', '/attributes/', 'Lists custom attributes.', '1,000 of each content type.'),
    call('POST', '/attributes/', 'Defines a custom attribute.'),
    call('GET', '/attributes/{id}/', 'Shows a custom attribute.'),
    call('DELETE', '/attributes/{id}/', 'Deletes a custom attribute.'),
    call('GET', '/attribute-type/{name_std}/users/', 'Tells the type of an attribute of users.'),
    call('GET', '/attribute-type/{name_std}/companies/', 'Tells that of one of companies.'),
    call('GET', '/companies/', 'Lists companies, fifty to a page.'),
    call('POST', '/companies/', 'Creates a company.'),
    ...onCompany('GET', '', 'Shows a company.', 'With its first 1,000 employees.'),
    ...onCompany('PUT', '', 'Changes what the body names.'),
    ...onCompany('PATCH', '', 'Changes what the body names.'),
    ...onCompany('DELETE', '', 'Removes a company.'),
    ...onCompany('POST', 'add_member/', 'Enters a user at a company.'),
    ...onCompany('POST', 'remove_member/', 'Takes a user away from a company.'),
    ...onCompany('POST', 'add_tag/', 'Adds a tag.'),
    ...['POST', 'DELETE'].flatMap((method) =>
      onCompany(method, 'remove_tag/', 'Takes a tag away.'),
    ),
    ...onCompany('POST', 'set_attribute/', 'Sets one attribute.'),
    ...onCompany('POST', 'set_multiple_attributes/', 'Sets several attributes.'),
    call('GET', '/tags/', 'Lists tags.'),
    call('POST', '/tags/', 'Makes a tag.'),
    call('PUT', '/tags/{id}/', 'Renames a tag.', 'For 10,000 users in one call.'),
    call('DELETE', '/tags/{id}/', 'Deletes a tag.', 'From 10,000 users in one call.'),
    call('GET', '/tags/{id}/users/', 'Lists the users who have a tag.'),
    call('GET', '/tags/{id}/companies/', 'Lists companies with a tag.', 'Of the first 10,000.'),
    call('GET', '/lists/', 'Lists lists.'),
    call('POST', '/lists/', 'Makes a list.'),
    call('GET', '/lists/{id}/', 'Shows a list.'),
    call('PUT', '/lists/{id}/', 'Changes a list.'),
    call('DELETE', '/lists/{id}/', 'Deletes a list.'),
  ],
  missing: [
    {
      what: '`first_seen`, `last_seen`, `page_views`, `last_ip`, `browser`, `browser_language`, `os_type`, `resolution`, `last_contacted`, `web_push_subscription` of a user',
      why: 'They come from the vendor’s widget and its campaigns, which do not exist here; they show what a fresh user has.',
    },
    {
      what: 'Segments and their users',
      why: 'Nothing makes a segment over the API; conditions of rules do their work here.',
    },
    {
      what: 'Conversations, notes, deals, products, site views, tickets, activities, agents',
      why: 'Roster keeps users and what follows from their events; to ask for them is a page of HTML with a 404.',
    },
    {
      what: 'Files in multipart bodies',
      why: 'Nothing here takes one; their text fields are read as those of any form.',
    },
  ],
}
