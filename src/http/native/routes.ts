import { streamEvents } from './event-stream.ts'
import { getEvent, listEvents, sendEvents } from './events.ts'
import type { NativeRoute } from './route.ts'

/** Every call of the native API, in the order of its document. */
export const routes: readonly NativeRoute[] = [sendEvents, listEvents, streamEvents, getEvent]
