import { useLanguage } from '../lib/words.tsx'

/** A time in the reader's own zone; the whole of it when pointed at. */
export function Time({ at }: { at: string }) {
  const { language } = useLanguage()
  const date = new Date(at)
  const isToday = date.toDateString() === new Date().toDateString()
  const shown = date.toLocaleString(language, {
    ...(isToday ? {} : { day: 'numeric', month: 'short', year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  return (
    <time dateTime={at} title={at} className="whole">
      {shown}
    </time>
  )
}
