import { useEffect, useRef, useState } from 'react'
import type { Event } from '../../client/client.js'
import { api } from './api.ts'

const keptMax = 500
const firstMax = 50

export interface Live {
  /** Newest first. */
  events: Event[]
  state: 'connecting' | 'live' | 'paused'
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
  const [live, setLive] = useState<Live>({ events: [], state: 'connecting', error: null })
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
        const first = await api.listEvents({
          ...filter,
          limit: firstMax,
          order: 'desc',
          signal: stop.signal,
        })
        seen.current = { asked, last: first.data[0]?.id ?? 0 }
        setLive({ events: first.data, state: 'live', error: null })
      } else setLive((before) => ({ ...before, state: 'live', error: null }))
      const after = String(seen.current.last)
      for await (const event of api.follow({ ...filter, after, signal: stop.signal })) {
        seen.current.last = event.id
        setLive((before) => ({ ...before, events: [event, ...before.events].slice(0, keptMax) }))
      }
    }
    run().catch((error: unknown) => {
      if (!stop.signal.aborted) setLive((before) => ({ ...before, error }))
    })
    return () => stop.abort()
  }, [type, profileId, isPaused, asked])

  return live
}
