import { CliError, defineCommand } from '../command.ts'
import { withStore } from '../with-store.ts'

export const tokenRevoke = defineCommand({
  name: 'token revoke',
  summary: 'End a token at once, also on a running server.',
  usage: 'PUBLIC_PART',
  positionals: { min: 1, max: 1 },
  options: {},
  async run({ config, positionals }) {
    const publicPart = positionals[0] ?? ''
    const revoked = await withStore(config(), (store) => store.revokeToken(publicPart))
    if (!revoked) {
      throw new CliError(
        'refused',
        `There is no live token "${publicPart}". See roster token list.`,
      )
    }
    return { json: { revoked: publicPart }, text: `Token ${publicPart} is revoked.` }
  },
})
