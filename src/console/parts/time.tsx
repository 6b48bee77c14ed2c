import { useLanguage } from '../lib/words.tsx'

/** A time in the reader's own zone; the whole of it when pointed at. */
export function Time({ at }: { at: string }) {
  const { language } = useLanguage()
  const date = new Date(at)
  const isToday = date.toDateString() === new Date().toDateString()
  const shown = formatOf(language, isToday).format(date)
  return (
    <time dateTime={at} title={at} className="whole">
      {shown}
    </time>
  )
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Made once: making one takes longer than all else about a time. */
function formatOf(language: string, isToday: boolean): Intl.DateTimeFormat {
  const key = `${language} ${isToday}`
  const kept = formats.get(key)
  if (kept) return kept
  const made = new Intl.DateTimeFormat(language, {
    ...(isToday ? {} : { day: 'numeric', month: 'short', year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  formats.set(key, made)
  return made
}

const spans = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** How long ago it was, in the largest unit that fits. */
export function Age({ at }: { at: string }) {
  const { language } = useLanguage()
  const seconds = Math.max(0, (Date.now() - Date.parse(at)) / 1_000)
  const [unit, size] = spans.find(([, length]) => seconds >= length) ?? ['second', 1]
  const shown = Math.floor(seconds / size).toLocaleString(language, {
    style: 'unit',
    unit,
    unitDisplay: 'long',
  })
  return (
    <time dateTime={at} title={at}>
      {shown}
    </time>
  )
}
