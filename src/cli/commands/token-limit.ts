import { loadDialects } from '../../app.ts'
import { CliError, defineCommand } from '../command.ts'
import { readRateLimit } from '../read-rate-limit.ts'
import { withStore } from '../with-store.ts'

export const tokenLimit = defineCommand({
  name: 'token limit',
  summary: "Hold a token to its vendor's limits on calls, or let it be.",
  usage: 'PUBLIC_PART off|vendor',
  details:
    'With "vendor" the calls of the token are counted as its vendor counts them, on each node by\n' +
    "itself, and refused in the vendor's words; it holds at once, also on a running server.",
  positionals: { min: 2, max: 2 },
  options: {},
  async run({ config, positionals }) {
    const [publicPart = '', word = ''] = positionals
    const dialects = await loadDialects()
    await withStore(config(), async (store) => {
      const token = (await store.listTokens(null)).find((one) => one.publicPart === publicPart)
      const dialect = dialects.find(({ id }) => id === token?.dialect)
      const done = dialect && (await store.limitToken(publicPart, readRateLimit(dialect, word)))
      if (!done) {
        throw new CliError(
          'refused',
          `There is no live token "${publicPart}". See roster token list.`,
        )
      }
    })
    return {
      json: { publicPart, rateLimit: word },
      text: `The rate limit of token ${publicPart} is ${word}.`,
    }
  },
})
