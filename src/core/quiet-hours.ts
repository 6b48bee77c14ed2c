/** Hours of a day in which nothing is sent. */
export interface QuietHours {
  /** `HH:MM`; from here on it is quiet. */
  from: string
  /** `HH:MM`; from here on it is not. When earlier than `from` it is on the next day. */
  to: string
  /** An IANA zone such as `Europe/Amsterdam`, whose clock on the wall counts. */
  zone: string
}

const minuteMs = 60_000
const dayMs = 1_440 * minuteMs

/**
 * The first instant from `at` on that is not quiet: `at` itself, or the end of the quiet hours. It
 * goes by the clock on the wall: where clocks are put forward over the end, it is the moment of the
 * change; where they are put back, an end that is still to come counts, also for the second time.
 * With `from` equal to `to` nothing is quiet.
 *
 * @throws RangeError for a zone that is not known; `isZone` tells beforehand.
 */
export function nextAllowedInstant(at: number, { from, to, zone }: QuietHours): number {
  const start = msOfDay(from)
  const end = msOfDay(to)
  const offset = offsets(zone)
  const wall = (instant: number) => mod(instant + offset(instant), dayMs)
  const isQuiet = (time: number) =>
    start <= end ? time >= start && time < end : time >= start || time < end

  let instant = at
  while (isQuiet(wall(instant))) {
    const unchanged = instant + mod(end - wall(instant), dayMs)
    if (offset(unchanged) === offset(instant)) return unchanged
    instant = nextChange(offset, instant, unchanged)
  }
  return instant
}

/** Whether this machine knows a zone by that name. */
export function isZone(name: string): boolean {
  // A bare offset such as "+01:00" would be taken, but it is no zone: it knows no summer time.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** How far the zone's wall clock is ahead of UTC at an instant, in milliseconds. */
function offsets(zone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (instant) => {
    const parts = new Map(
      format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
    )
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0
    const wall = Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    )
    return wall - Math.floor(instant / 1_000) * 1_000
  }
}

/** The first millisecond with another offset, between two instants whose offsets differ. */
function nextChange(offset: (instant: number) => number, before: number, after: number): number {
  let [low, high] = [before, after]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offset(middle) === offset(before)) low = middle
    else high = middle
  }
  return high
}

function msOfDay(text: string): number {
  return (Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))) * minuteMs
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by
}
