import { appSealer } from '../../app.ts'
import { rotateSecret } from '../../operate/rotate-secret.ts'
import { defineCommand, workspaceOption } from '../command.ts'
import { findDestination } from '../find-destination.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const destinationsRotateSecret = defineCommand({
  name: 'destinations rotate-secret',
  summary: 'Make a new signing secret and show it; the one before signs too for a while.',
  usage: 'NAME',
  details: [
    'Give the new secret to the receiver within that time: until then each call carries two',
    'signatures, and a receiver that knows either is content.',
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: {
    workspace: workspaceOption,
    hours: { type: 'integer', min: 0, max: 720, default: 24, help: 'How long both sign.' },
  },
  async run({ config: readConfig, positionals, options }) {
    const name = positionals[0] ?? ''
    const config = readConfig()
    const until = Date.now() + options.hours * 3_600_000
    const secret = await withStore(
      config,
      async (store) => {
        const { id } = await findWorkspace(store, options.workspace)
        const destination = await findDestination(store, id, name)
        const made = rotateSecret(appSealer(config), id, destination, until)
        await store.replaceSecrets(id, name, made.sealed)
        return made.secret
      },
      { sealing: true },
    )
    const formerUntil = new Date(until).toISOString()
    const text = [
      `Signing secret of ${name}, shown this once; give it to the receiver: ${secret}`,
      `The one before signs too until ${formerUntil}.`,
    ].join('\n')
    return { json: { destination: name, secret, formerUntil }, text }
  },
})
