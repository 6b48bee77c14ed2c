import { Fault } from '../core/errors.ts'
import type { Call } from './call.ts'
import { healthPaths } from './health.ts'
import { methodsAt } from './owner.ts'

/** What people see who open the address in a browser. */
export function showFrontPage(call: Call): void {
  const places = call.shell.mounts.map(({ dialect, basePath }) => `  ${basePath}  (${dialect.id})`)
  const text = [
    'This is Roster. It keeps one current record of every user, and does what should happen when',
    'it changes.',
    '',
    'It answers below these paths, each in the language of the API that it stands in for:',
    '',
    ...places,
    '',
    'Console: /console/',
    `Health: ${healthPaths.join(', ')}`,
    'Every call needs a token: roster token create --help',
    '',
  ].join('\n')
  call.answer({ status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: text })
}

/** Refuses a path that no dialect owns, and says which paths there are. */
export function refuseUnknownPath(call: Call): void {
  const { shell, head } = call
  const page = healthPaths.some((path) => path === head.path)
  const allow = page ? ['GET'] : methodsAt(shell, head.path)
  const places = [...shell.mounts.map((mount) => mount.basePath), ...healthPaths]
  const message = `Nothing is served here. Roster answers below ${places.join(', ')}.`
  const fault =
    allow.length > 0
      ? new Fault('method_not_allowed', { allow })
      : new Fault('unknown_route', { message })
  call.refuse(fault)
}
