import { hasStore, startWork } from '../../app.ts'
import { CliError, defineCommand, exitCodes } from '../command.ts'
import { stopSignal } from '../stop-signal.ts'

/** After the drain there is this long to close the store before the process ends regardless. */
const closeMsMax = 1_500

export const work = defineCommand({
  name: 'work',
  summary: 'Go on with runs and deliver, without a server.',
  usage: '',
  details: [
    'On PostgreSQL any number of these share the work with the servers, whose own share is switched',
    'off with ROSTER_WORKER=off. On SQLite, where there is one file and one writer, roster serve does',
    'it better by itself. Signals are as with roster serve.',
  ].join('\n'),
  positionals: { min: 0, max: 0 },
  options: {},
  async run({ config: readConfig }) {
    const config = readConfig()
    if (!(await hasStore(config))) {
      throw new CliError('refused', 'There is no store yet. Start one with roster serve.')
    }
    const { logger, close } = await startWork(config)
    logger.info('working')
    logger.flush()
    await stopSignal()
    logger.info('stopping')
    setTimeout(() => process.exit(exitCodes.failed), config.drainTimeoutMs + closeMsMax).unref()
    await close()
    return null
  },
})
