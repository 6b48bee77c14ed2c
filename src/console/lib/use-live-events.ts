import { useEffect, useRef, useState } from 'react'
import type { Event } from '../../client/client.js'
import { RosterError } from '../../client/client.js'
import { api } from './api.ts'
import { latestEvents } from './latest-events.ts'
import { useSessionOver } from './session-end.ts'

/** More would be too many to read, and slow the page down when hundreds come in a second. */
export const keptMax = 200
const firstMax = 50
/** What came in meanwhile is shown together: a page drawn anew for each event could not be used. */
const drawnMs = 250
/** Between two tries of a line that is broken. */
const againMs = 2_000

export interface Live {
  /** Newest first; of those that came the last `keptMax`. */
  events: Event[]
  /** How many were in the list and gave way to newer ones. */
  left: number
  state: 'connecting' | 'live' | 'paused'
  /** Older ones are there, and would take too long to look for. */
  isPart: boolean
  error: unknown
  /** Tries at once what would be tried later, or not at all. */
  again(): void
}

interface Asked {
  type?: string
  profileId?: number
  isPaused: boolean
}

const blank: Omit<Live, 'again'> = {
  events: [],
  left: 0,
  state: 'connecting',
  isPart: false,
  error: null,
}

/**
 * The latest events and every one that comes after them: none is left out, also not across a pause
 * or a broken line, since it goes on behind the last one that was seen.
 */
export function useLiveEvents({ type, profileId, isPaused }: Asked): Live {
  const [live, setLive] = useState(blank)
  const asked = JSON.stringify([type, profileId])
  const seen = useRef<{ asked: string; last: number | null }>({ asked: '', last: null })
  const isOver = useSessionOver()
  const [tries, setTries] = useState(0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: it is tried anew when somebody asks
  useEffect(() => {
    if (isPaused || isOver) {
      const state = isPaused ? 'paused' : 'connecting'
      setLive((before) => ({ ...before, state }))
      return
    }
    const stop = new AbortController()
    const filter = { ...(type && { type }), ...(profileId && { profile_id: profileId }) }
    const drawer = drawTogether((some) =>
      setLive((before) => {
        const events = [...some, ...before.events]
        const left = before.left + Math.max(0, events.length - keptMax)
        return { ...before, events: events.slice(0, keptMax), left }
      }),
    )
    const run = async () => {
      if (seen.current.asked !== asked) {
        setLive(blank)
        const from = type || profileId ? await newestId(stop.signal) : 0
        const first = await latestEvents({ ...filter, limit: firstMax }, stop.signal)
        seen.current = { asked, last: Math.max(from, first.events[0]?.id ?? 0) }
        setLive({ ...blank, ...first, state: 'live' })
      } else setLive((before) => ({ ...before, state: 'live', error: null }))
      const after = String(seen.current.last)
      for await (const event of api.follow({ ...filter, after, signal: stop.signal })) {
        seen.current.last = event.id
        drawer.add(event)
      }
    }
    const keepOn = async () => {
      while (!stop.signal.aborted) {
        const error = await run().catch((thrown: unknown) => thrown)
        if (stop.signal.aborted) return
        setLive((before) => ({ ...before, state: 'connecting', error }))
        if (isRefusal(error)) return
        const asks = error instanceof RosterError ? (error.retryAfter ?? 0) * 1_000 : 0
        await new Promise((resolve) => setTimeout(resolve, Math.max(againMs, asks)))
      }
    }
    void keepOn()
    return () => {
      stop.abort()
      drawer.drawNow()
    }
  }, [type, profileId, isPaused, isOver, asked, tries])

  return { ...live, again: () => setTries(tries + 1) }
}

/**
 * The end of the log before others are looked for: what comes meanwhile is behind it. Without it a
 * log with few such events would be followed from the last of them on.
 */
async function newestId(signal: AbortSignal): Promise<number> {
  const { data } = await api.listEvents({ limit: 1, order: 'desc', signal })
  return data[0]?.id ?? 0
}

/** Gathers what comes, and hands it on a few times a second, newest first. */
function drawTogether(draw: (some: Event[]) => void) {
  let some: Event[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const drawNow = () => {
    clearTimeout(timer)
    timer = undefined
    if (some.length > 0) draw(some.reverse())
    some = []
  }
  return {
    add(event: Event) {
      some.push(event)
      timer ??= setTimeout(drawNow, drawnMs)
    },
    drawNow,
  }
}

/** What would be answered alike the next time. */
function isRefusal(error: unknown): boolean {
  return error instanceof RosterError && error.status >= 400 && error.status < 429
}
