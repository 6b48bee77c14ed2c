import { type App, startApp } from '../../app.ts'
import type { Config } from '../../config/load-config.ts'
import { consolePath, renderFirstStart, writeFirstTokens } from '../../first-start.ts'
import { CliError, defineCommand, exitCodes } from '../command.ts'
import { stopSignal } from '../stop-signal.ts'

/** After the drain there is this long to close the store before the process ends regardless. */
const closeMsMax = 1_500
export const serve = defineCommand({
  name: 'serve',
  summary: 'Start the server.',
  usage: '',
  details: [
    'Serves every dialect on ROSTER_HOST and ROSTER_PORT, and the console at /console/. The first start on an empty store makes',
    'the workspace "default" with one token for each dialect, and shows a ready-to-paste call for',
    'each main endpoint: on the terminal, or else in first-tokens.txt in the data folder. It goes on',
    'with runs and delivers too, unless ROSTER_WORKER is off.',
    '',
    'SIGTERM, SIGINT and SIGHUP finish what was accepted and exit with 0; a second one exits with',
    '1 at once.',
  ].join('\n'),
  positionals: { min: 0, max: 0 },
  options: {},
  async run({ config: readConfig, json }) {
    const config = readConfig()
    const app = await startApp(config).catch((error) => {
      throw explain(error, config)
    })
    announce(app, config, process.stdout.isTTY === true && !json)
    await stopSignal()
    app.logger.info('stopping')
    setTimeout(() => process.exit(exitCodes.failed), config.drainTimeoutMs + closeMsMax).unref()
    await app.close()
    return null
  },
})

/** A person at a terminal gets text; everything else gets log lines and a file. */
function announce(
  { url, tlsUrl, firstStart, logger }: App,
  config: Config,
  terminal: boolean,
): void {
  const places = tlsUrl === null ? url : `${url} and ${tlsUrl}`
  const console_ = `${url}${consolePath}`
  if (terminal) {
    process.stdout.write(`Roster is listening on ${places}\nIts console is at ${console_}\n`)
  } else {
    logger.info({ url, ...(tlsUrl && { tlsUrl }) }, `listening on ${places}`)
    logger.info({ console: console_ }, `the console is at ${console_}`)
  }
  if (firstStart !== null) {
    const text = renderFirstStart(firstStart, url)
    if (terminal) process.stdout.write(`\n${text}\n`)
    else {
      const path = writeFirstTokens(config.data, text)
      logger.info({ path }, `first start: tokens and calls to try are in ${path}`)
    }
  }
  logger.flush()
}

function explain(error: unknown, config: Config): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const address = `${config.host}:${config.port}`
  if (code === 'EADDRINUSE') {
    return new CliError(
      'failed',
      `${address} is in use, perhaps by another Roster. Stop it or set ROSTER_PORT.`,
      error,
    )
  }
  if (code === 'EACCES') {
    return new CliError(
      'failed',
      `${error instanceof Error ? error.message : ''}. Check ROSTER_DATA and ROSTER_PORT.`,
      error,
    )
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new CliError(
      'failed',
      `This machine has no address ${config.host}. Set ROSTER_HOST.`,
      error,
    )
  }
  return error
}
