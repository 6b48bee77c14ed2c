import type { DialectCase } from '../../../core/dialect-case.ts'
import { accepted, eventPage, loggedAlone, post, postForm, put, refused } from './expected.ts'

const cartAdd = '/v4/events/webshop/cart/add'
const cartRemove = '/v4/events/webshop/cart/remove'

/** The cart events and events of any other name. */
export const otherEventCases: DialectCase[] = [
  {
    name: 'the JSON example of cart/add is logged and touches nobody',
    request: post(cartAdd, {
      id: 'cart123',
      sku: 'PROD001',
      count: 2,
      additional_attribute: 'value',
    }),
    response: accepted,
    events: loggedAlone('webshop.cart.add', {
      id: 'cart123',
      sku: 'PROD001',
      count: 2,
      additional_attribute: 'value',
    }),
    source: eventPage('webshop-cart-add'),
  },
  {
    name: 'the form example of cart/add is logged with text for the count',
    request: postForm(cartAdd, 'id=cart123&sku=PROD001&count=2'),
    response: accepted,
    events: loggedAlone('webshop.cart.add', { id: 'cart123', sku: 'PROD001', count: '2' }),
    source: eventPage('webshop-cart-add'),
  },
  {
    name: 'the JSON example of cart/remove is logged',
    request: post(cartRemove, { id: 'cart123', sku: 'PROD001' }),
    response: accepted,
    events: loggedAlone('webshop.cart.remove', { id: 'cart123', sku: 'PROD001' }),
    source: eventPage('webshop-cart-remove'),
  },
  {
    name: 'the form example of cart/remove is logged',
    request: postForm(cartRemove, 'id=cart123&sku=PROD001'),
    response: accepted,
    events: loggedAlone('webshop.cart.remove', { id: 'cart123', sku: 'PROD001' }),
    source: eventPage('webshop-cart-remove'),
  },
  {
    name: 'the PHP example of cart/add: a slash too many and the token in the query',
    request: post(
      '/v4//events/webshop/cart/add?access_token={{token}}',
      { id: 'cart123', sku: 'PROD001', count: 2 },
      { authorization: null },
    ),
    response: accepted,
    events: loggedAlone('webshop.cart.add', { id: 'cart123', sku: 'PROD001', count: 2 }),
    source: eventPage('webshop-cart-add'),
  },
  {
    name: 'the PHP example of cart/remove',
    request: post(
      '/v4//events/webshop/cart/remove?access_token={{token}}',
      { id: 'cart123', sku: 'PROD001' },
      { authorization: null },
    ),
    response: accepted,
    events: loggedAlone('webshop.cart.remove', { id: 'cart123', sku: 'PROD001' }),
    source: eventPage('webshop-cart-remove'),
  },
  {
    name: 'the short address in the title of the cart page is the same event',
    request: post('/v4/events/cart/add', { id: 1, sku: 'A', count: 1 }),
    response: accepted,
    events: loggedAlone('webshop.cart.add', { id: 1, sku: 'A', count: 1 }),
  },
  {
    name: 'the short address asks for the same parameters',
    request: post('/v4/events/cart/remove', { id: 1 }),
    response: refused('Parameter sku is required'),
    events: [],
  },
  ...['id', 'sku', 'count'].map(
    (name): DialectCase => ({
      name: `cart/add without ${name} is refused`,
      request: post(cartAdd, leaveOut({ id: 'cart123', sku: 'PROD001', count: 2 }, name)),
      response: refused(`Parameter ${name} is required`),
      events: [],
    }),
  ),
  {
    name: 'a cart id that is a list is refused',
    request: post(cartRemove, { id: ['cart123'], sku: 'PROD001' }),
    response: refused('Parameter id must be text or a number'),
    events: [],
  },
  {
    name: 'an empty sku is refused',
    request: postForm(cartRemove, 'id=cart123&sku='),
    response: refused('Parameter sku must not be empty'),
    events: [],
  },
  {
    name: 'another group and kind is logged under their name',
    request: post('/v4/events/newsletter/sign-up_2', { list: 'weekly' }),
    response: accepted,
    events: loggedAlone('newsletter.sign-up_2', { list: 'weekly' }),
  },
  {
    name: 'another event of the webshop may have an area',
    request: post('/v4/events/webshop/order/paid', { id: 'o-1' }),
    response: accepted,
    events: loggedAlone('webshop.order.paid', { id: 'o-1' }),
  },
  {
    name: 'an event of the webshop may have no area',
    request: post('/v4/events/webshop/opened', { by: 'me' }),
    response: accepted,
    events: loggedAlone('webshop.opened', { by: 'me' }),
  },
  {
    name: 'the named parameters are understood in any event',
    request: post('/v4/events/newsletter/signup', {
      email: 'john.doe@example.com',
      firstname: 'John',
    }),
    response: accepted,
    events: loggedAlone('newsletter.signup', { email: 'john.doe@example.com', first_name: 'John' }),
  },
  {
    name: 'an event that needs no address may hold something else there',
    request: post('/v4/events/newsletter/signup', { email: 'none' }),
    response: accepted,
    events: loggedAlone('newsletter.signup', { email: 'none' }),
  },
  {
    name: 'an event may have no parameters at all',
    request: post('/v4/events/shop/opened'),
    response: accepted,
    events: loggedAlone('shop.opened', {}),
  },
  {
    name: 'the empty list that PHP makes of no data is no parameters',
    request: post('/v4//events/shop/opened?access_token={{token}}', [], { authorization: null }),
    response: accepted,
    events: loggedAlone('shop.opened', {}),
    source: 'recorded from the official class of 2024',
  },
  {
    name: 'a list with entries would get lost, and is refused',
    request: post('/v4/events/shop/opened', ['a']),
    response: refused('The body must hold named parameters, not a list'),
    events: [],
  },
  ...['profile', 'rule', 'run', 'delivery', 'destination', 'Profile'].map(
    (group): DialectCase => ({
      name: `events of the reserved group ${group} are refused`,
      request: post(`/v4/events/${group}/updated`, { email: 'a@b.nl' }),
      response: refused(`Events of group ${group.toLowerCase()} are reserved`),
      events: [],
    }),
  ),
  {
    name: 'a kind with other characters is refused',
    request: post('/v4/events/user/log%20in', { email: 'a@b.nl' }),
    response: refused("An event's name holds letters, digits, - and _, at most 128 in all"),
    events: [],
  },
  {
    name: 'a slash hidden in a part of the path is refused',
    request: post('/v4/events/user/a%2Fb', { email: 'a@b.nl' }),
    response: refused("An event's name holds letters, digits, - and _, at most 128 in all"),
    events: [],
  },
  {
    name: 'a name longer than 128 is refused',
    request: post(`/v4/events/user/${'k'.repeat(124)}`, {}),
    response: refused("An event's name holds letters, digits, - and _, at most 128 in all"),
    events: [],
  },
  {
    name: 'a name of 128 is taken',
    request: post(`/v4/events/user/${'k'.repeat(123)}`, {}),
    response: accepted,
    events: loggedAlone(`user.${'k'.repeat(123)}`, {}),
  },
  {
    name: 'a documented event in other capitals does not exist, as paths are case-sensitive',
    request: post('/v4/events/user/Update', { email: 'a@b.nl' }),
    response: refused('Invalid method'),
    events: [],
  },
  {
    name: 'a documented event with a part too many does not exist',
    request: post('/v4/events/user/update/7', { email: 'a@b.nl' }),
    response: refused('Invalid method'),
    events: [],
  },
  {
    name: 'a group without a kind does not exist',
    request: post('/v4/events/user', { email: 'a@b.nl' }),
    response: refused('Invalid method'),
    events: [],
  },
  ...(['click', 'delivery', 'open', 'bounce', 'failure'] as const).map(
    (kind): DialectCase => ({
      name: `a report mail/${kind} is about whom the mail went to, and changes nothing`,
      before: [post('/v4/database/users/profiles', { fields: { email: 'jo@example.org' } })],
      request: post(`/v4/events/mail/${kind}`, { id: 'm-1', recipient: 'Jo@example.org' }),
      response: accepted,
      events: [
        {
          ...{ type: `mail.${kind}`, subject: true, changed: [], dropped: [] },
          attributes: { id: 'm-1', recipient: 'Jo@example.org' },
        },
      ],
    }),
  ),
  {
    name: 'a report of a mail may name the ID of the profile instead',
    before: [post('/v4/database/users/profiles', { fields: { email: 'jo@example.org' } })],
    request: postForm('/v4/events/mail/click', 'profile=1&original=https://example.org/'),
    response: accepted,
    events: [
      {
        ...{ type: 'mail.click', subject: true, changed: [], dropped: [] },
        attributes: { profile: '1', original: 'https://example.org/' },
      },
    ],
  },
  {
    name: 'a report of a mail to nobody known is logged',
    request: post('/v4/events/mail/bounce', { id: 'm-1', recipient: 'al@example.org' }),
    response: accepted,
    events: loggedAlone('mail.bounce', { id: 'm-1', recipient: 'al@example.org' }),
  },
  {
    name: 'PUT on a cart event is its POST',
    request: put(cartRemove, { id: 'cart123', sku: 'PROD001' }),
    response: accepted,
    events: loggedAlone('webshop.cart.remove', { id: 'cart123', sku: 'PROD001' }),
  },
]

function leaveOut(parameters: { [name: string]: string | number }, left: string) {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => name !== left))
}
