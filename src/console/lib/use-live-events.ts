import { useEffect, useRef, useState } from 'react'
import type { Event } from '../../client/client.js'
import { RosterError } from '../../client/client.js'
import { api } from './api.ts'
import { latestEvents } from './latest-events.ts'

const keptMax = 500
const firstMax = 50
/** Between two tries of a line that is broken. */
const againMs = 2_000

export interface Live {
  /** Newest first. */
  events: Event[]
  state: 'connecting' | 'live' | 'paused'
  /** Older ones are there, and would take too long to look for. */
  isPart: boolean
  error: unknown
}

interface Asked {
  type?: string
  profileId?: number
  isPaused: boolean
}

/**
 * The latest events and every one that comes after them: none is left out, also not across a pause
 * or a broken line, since it goes on behind the last one that was seen.
 */
export function useLiveEvents({ type, profileId, isPaused }: Asked): Live {
  const [live, setLive] = useState<Live>({
    events: [],
    state: 'connecting',
    isPart: false,
    error: null,
  })
  const asked = JSON.stringify([type, profileId])
  const seen = useRef<{ asked: string; last: number | null }>({ asked: '', last: null })

  useEffect(() => {
    if (isPaused) {
      setLive((before) => ({ ...before, state: 'paused' }))
      return
    }
    const stop = new AbortController()
    const filter = { ...(type && { type }), ...(profileId && { profile_id: profileId }) }
    const run = async () => {
      if (seen.current.asked !== asked) {
        setLive({ events: [], state: 'connecting', isPart: false, error: null })
        // What comes while the first are looked for is behind this one.
        const [newest] = (await api.listEvents({ limit: 1, order: 'desc', signal: stop.signal }))
          .data
        const first = await latestEvents({ ...filter, limit: firstMax }, stop.signal)
        const last = Math.max(newest?.id ?? 0, first.events[0]?.id ?? 0)
        seen.current = { asked, last }
        setLive({ ...first, state: 'live', error: null })
      } else setLive((before) => ({ ...before, state: 'live', error: null }))
      const after = String(seen.current.last)
      for await (const event of api.follow({ ...filter, after, signal: stop.signal })) {
        seen.current.last = event.id
        setLive((before) => ({ ...before, events: [event, ...before.events].slice(0, keptMax) }))
      }
    }
    const keepOn = async () => {
      while (!stop.signal.aborted) {
        const error = await run().catch((thrown: unknown) => thrown)
        if (stop.signal.aborted) return
        setLive((before) => ({ ...before, state: 'connecting', error }))
        if (isRefusal(error)) return
        await new Promise((resolve) => setTimeout(resolve, againMs))
      }
    }
    void keepOn()
    return () => stop.abort()
  }, [type, profileId, isPaused, asked])

  return live
}

/** What would be answered alike the next time. */
function isRefusal(error: unknown): boolean {
  return error instanceof RosterError && error.status >= 400 && error.status < 429
}
