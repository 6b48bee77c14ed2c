import type { Endpoint } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'

/** Paths that lack the id they need, which the vendor tells apart from unknown ones. */
const incomplete = ['database', 'profile', 'collection', 'subprofile', 'datarequest', 'logfile']

export const missingPartEndpoints: readonly Endpoint[] = incomplete.map((word) => ({
  method: 'GET',
  path: `/${word}`,
  scope: 'profiles:read',
  answer() {
    throw new Fault('malformed_request', {
      message: "Invalid request, element 1 is missing in 'directory' path",
    })
  },
}))
