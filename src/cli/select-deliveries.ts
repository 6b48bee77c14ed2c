import type { DeliveryState } from '../core/delivery.ts'
import type { DeliveryId } from '../core/planned-delivery.ts'
import type { EventId, ProfileId } from '../core/profile.ts'
import type { DeliverySelection } from '../storage/delivery-store.ts'
import { CliError, type OptionSpecs, type OptionValues } from './command.ts'
import { readTime } from './read-time.ts'

export const deliveryStates: readonly DeliveryState[] = [
  ...(['queued', 'pending', 'claimed', 'delivered', 'dead', 'cancelled'] as const),
]

/** Options that choose deliveries; all that are given must hold. */
export const selectionOptions = {
  state: {
    type: 'list',
    values: deliveryStates,
    placeholder: 'STATE',
    help: `Only ${deliveryStates.join(', ')}.`,
  },
  destination: { type: 'text', placeholder: 'NAME', help: 'Only to this destination.' },
  rule: { type: 'text', placeholder: 'NAME', help: 'Only of this rule.' },
  event: { type: 'integer', placeholder: 'ID', min: 1, help: 'Only for this event.' },
  profile: { type: 'integer', placeholder: 'ID', min: 1, help: 'Only about this profile.' },
  reason: { type: 'text', placeholder: 'REASON', help: 'Only with this reason, such as http_500.' },
  since: {
    type: 'text',
    placeholder: 'TIME',
    help: 'Only planned since then: a date, or a duration back such as PT2H.',
  },
  until: { type: 'text', placeholder: 'TIME', help: 'Only planned before then.' },
} as const satisfies OptionSpecs

/** What the options and the ids on the command line choose. */
export function readSelection(
  options: OptionValues<typeof selectionOptions>,
  words: readonly string[] = [],
): DeliverySelection {
  const { state, destination, rule, event, profile, reason, since, until } = options
  const unknown = state.find((each) => !deliveryStates.some((known) => known === each))
  if (unknown !== undefined) {
    throw new CliError('usage', `--state is one of ${deliveryStates.join(', ')}, not "${unknown}".`)
  }
  return {
    ...(words.length > 0 && { ids: words.map(readDeliveryId) }),
    ...(state.length > 0 && { states: state as DeliveryState[] }),
    ...(destination !== undefined && { destination }),
    ...(rule !== undefined && { rule }),
    ...(event !== undefined && { event: event as EventId }),
    ...(profile !== undefined && { subject: profile as ProfileId }),
    ...(reason !== undefined && { reason }),
    ...(since !== undefined && { plannedFrom: readTime('--since', since) }),
    ...(until !== undefined && { plannedUntil: readTime('--until', until) }),
  }
}

export function readDeliveryId(word: string): DeliveryId {
  if (/^[1-9]\d{0,12}$/.test(word)) return Number(word) as DeliveryId
  throw new CliError('usage', `"${word}" is no delivery; they are numbers: roster deliveries list.`)
}
