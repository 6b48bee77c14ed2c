import {
  type CountryCode,
  type NumberType,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max'
import { memoise } from '../../lib/memoise.ts'

export interface PhoneReading {
  /** The number in E.164; null when the text is no valid number, or says more than one can hold. */
  e164: string | null
  /** Whether the number may receive text messages. */
  textable: boolean
}

export interface PhoneNumbers {
  /** Reads a number; one without country code in the region given, an ISO 3166 code. */
  read(text: string, region: string | null): PhoneReading
}

/**
 * Reads phone numbers as the vendor does, with Google's rules (wire notes 3.3). A reading takes
 * about 20 microseconds, and each answer that shows a number needs one, so the latest are
 * remembered: a few megabytes for a tenth of what such an answer costs.
 */
export function createPhoneNumbers(): PhoneNumbers {
  const international = memoise(rememberedMax, (text) => parse(text, null))
  const national = memoise(rememberedMax, (key) =>
    parse(key.slice(key.indexOf(' ') + 1), firstWord(key)),
  )
  return {
    read(text, region) {
      if (text.length > textLengthMax) return unreadable
      if (region === null || text.startsWith('+')) return international(text)
      return national(`${region} ${text}`)
    },
  }
}

const rememberedMax = 50_000
/** No number is longer; long texts shall not fill the memory of readings. */
const textLengthMax = 64
const unreadable: PhoneReading = { e164: null, textable: false }

const notTextable: ReadonlySet<NumberType> = new Set<NumberType>([
  'FIXED_LINE',
  'PREMIUM_RATE',
  'SHARED_COST',
  'TOLL_FREE',
  'UAN',
  'VOICEMAIL',
])

function parse(text: string, region: string | null): PhoneReading {
  const options = region === null ? {} : { defaultCountry: region as CountryCode }
  const number = parsePhoneNumberFromString(text, { ...options, extract: false })
  if (!number?.isValid()) return unreadable
  // E.164 has no place for an extension, and none may be lost.
  const e164 = number.ext === undefined ? number.number : null
  // Nearly all are remembered in the form they came in, and need no second copy of it.
  return { e164: e164 === text ? text : e164, textable: !notTextable.has(number.getType()) }
}

function firstWord(key: string): string {
  return key.slice(0, key.indexOf(' '))
}
