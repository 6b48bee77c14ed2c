import type { Command } from '../core/command.ts'
import type { JsonObject } from '../core/json.ts'
import { USER_ID } from '../core/profile.ts'

/** A made-up person. */
export interface SeedPerson {
  userId: string
  email: string
  attributes: JsonObject
  tags: string[]
}

/**
 * The person with this number under this seed: always the same, whatever else is seeded. Addresses
 * and phone numbers are from ranges kept free for examples, so no real person is ever meant.
 */
export function seedPerson(seed: number, number: number): SeedPerson {
  const random = randomNumbers(seed, number)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const home = pick(homes)
  const first = pick(firstNames)
  const last = pick(lastNames)
  const infix = home.country === 'NL' && random() < 0.3 ? pick(infixes) : null
  const email = `${plain(first)}.${plain(last)}.${number}@${pick(domains)}`
  const line = Math.floor(random() * 10 ** home.digits)
  const attributes: JsonObject = {
    email,
    first_name: first,
    last_name: last,
    phone: `${home.phone}${String(line).padStart(home.digits, '0')}`,
    country: home.country,
    city: pick(home.cities),
    language: home.language,
    plan: pick(plans),
    orders: Math.floor(random() ** 3 * 60),
    newsletter: random() < 0.6,
  }
  if (infix !== null) attributes.name_infix = infix
  if (random() < 0.5) attributes.favourite_shop = pick(home.cities)
  const tags = tagNames.filter(() => random() < 0.25)
  return { userId: `seed-${seed}-${number}`, email, attributes, tags }
}

/** What stores a person, and changes nothing when it is there already as it is. */
export function seedCommand({ userId, attributes, tags }: SeedPerson): Command {
  const identifier = { kind: USER_ID, value: userId }
  return {
    kind: 'write-profile',
    source: { dialect: 'cli', token: null, request: null },
    keys: [{ identifier }],
    matchEmail: false,
    onMissing: 'create',
    changes: { set: attributes, tags: { add: tags, remove: [] }, identify: [identifier] },
  }
}

/** Mulberry32, its state mixed from seed and number: quick, and good enough to look like chance. */
function randomNumbers(seed: number, number: number): () => number {
  let state = Math.imul(seed ^ (seed / 2 ** 32), 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A name as it stands in an address: letters without their marks, nothing else. */
function plain(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ł', 'l')
    .replaceAll('ø', 'o')
    .replace(/[^a-z]/g, '')
}

const firstNames = [
  'Anna',
  'Sofia',
  'Emma',
  'Julia',
  'Eva',
  'Sara',
  'Lotte',
  'Fleur',
  'Zoë',
  'Noor',
  'Maria',
  'Zofia',
  'Hanna',
  'Maja',
  'Alicja',
  'Katarzyna',
  'Agnieszka',
  'Małgorzata',
  'Ji-woo',
  'Seo-yeon',
  'Min-ji',
  'Ha-eun',
  'Olivia',
  'Grace',
  'Amelia',
  'Charlotte',
  'Léa',
  'Chloé',
  'Inès',
  'Lucía',
  'Carmen',
  'Jan',
  'Daan',
  'Sem',
  'Lucas',
  'Thijs',
  'Bram',
  'Jeroen',
  'Pieter',
  'Jakub',
  'Szymon',
  'Wojciech',
  'Paweł',
  'Tomasz',
  'Min-jun',
  'Do-yun',
  'Ji-ho',
  'Liam',
  'Noah',
  'Oliver',
  'James',
  'Henry',
  'Louis',
  'Hugo',
  'Mateo',
  'Javier',
  'Søren',
  'Jürgen',
  'Björn',
  'Amir',
] as const

const lastNames = [
  'Jansen',
  'Vries',
  'Berg',
  'Bakker',
  'Visser',
  'Smit',
  'Meijer',
  'Mulder',
  'Groot',
  'Bos',
  'Vos',
  'Peters',
  'Hendriks',
  'Dekker',
  'Kok',
  'Nowak',
  'Kowalska',
  'Wiśniewski',
  'Wójcik',
  'Kamińska',
  'Lewandowski',
  'Zieliński',
  'Szymańska',
  'Kim',
  'Lee',
  'Park',
  'Choi',
  'Jung',
  'Kang',
  'Cho',
  'Smith',
  'Johnson',
  'Brown',
  'Taylor',
  'Wilson',
  'Walker',
  'Wright',
  "O'Brien",
  'Murphy',
  'Kelly',
  'Martin',
  'Bernard',
  'Dubois',
  'Lefèvre',
  'Moreau',
  'García',
  'Fernández',
  'Muñoz',
  'Navarro',
  'Müller',
  'Schmidt',
  'Weiß',
  'Fischer',
  'Wagner',
  'Jensen',
  'Østergaard',
  'Haddad',
  'Yılmaz',
] as const

const infixes = ['de', 'van', 'van der', 'van den', 'ten'] as const

const domains = ['example.com', 'example.org', 'example.net'] as const

/** Phone prefixes are those that the countries' numbering plans keep for fiction and examples. */
const homes = [
  {
    country: 'NL',
    language: 'nl',
    phone: '+447700900',
    digits: 3,
    cities: ['Amsterdam', 'Utrecht', 'Rotterdam', 'Groningen'],
  },
  {
    country: 'PL',
    language: 'pl',
    phone: '+447700900',
    digits: 3,
    cities: ['Warszawa', 'Kraków', 'Gdańsk', 'Wrocław'],
  },
  {
    country: 'KR',
    language: 'ko',
    phone: '+120255501',
    digits: 2,
    cities: ['Seoul', 'Busan', 'Incheon'],
  },
  {
    country: 'US',
    language: 'en',
    phone: '+120255501',
    digits: 2,
    cities: ['New York', 'Austin', 'Portland', 'Chicago'],
  },
  {
    country: 'GB',
    language: 'en',
    phone: '+447700900',
    digits: 3,
    cities: ['London', 'Leeds', 'Bristol'],
  },
  {
    country: 'FR',
    language: 'fr',
    phone: '+3319900',
    digits: 4,
    cities: ['Paris', 'Lyon', 'Nantes'],
  },
  {
    country: 'DE',
    language: 'de',
    phone: '+493023125',
    digits: 3,
    cities: ['Berlin', 'Hamburg', 'Köln'],
  },
] as const

const plans = ['free', 'free', 'free', 'starter', 'team', 'business'] as const

const tagNames = ['newsletter', 'vip', 'trial', 'returning', 'beta'] as const
