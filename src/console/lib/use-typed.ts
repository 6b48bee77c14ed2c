import { useEffect, useRef, useState } from 'react'

/** How long nothing has to be typed before it counts. */
const pauseMs = 200

/**
 * What somebody types where the address says what counts: a letter changes the field alone, and the
 * address once there is a pause. An address that changes otherwise, by a link or the way back,
 * changes the field.
 */
export function useTyped(
  value: string,
  commit: (text: string) => void,
): [text: string, type: (text: string) => void] {
  const [text, setText] = useState(value)
  const known = useRef({ value, sent: value })
  if (known.current.value !== value) {
    const isOurs = known.current.sent === value
    known.current = { value, sent: value }
    if (!isOurs) setText(value)
  }
  const send = useRef(commit)
  send.current = commit
  useEffect(() => {
    if (text === known.current.sent) return
    const timer = setTimeout(() => {
      known.current.sent = text
      send.current(text)
    }, pauseMs)
    return () => clearTimeout(timer)
  }, [text])
  return [text, setText]
}
