import { parseArgs } from 'node:util'
import { send } from './http-client.ts'

/*
 * As much of curl as the sample commands use, for machines that have none: it makes the request the
 * command asks for and writes the answer. An option it does not know is an error.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    request: { type: 'string', short: 'X' },
    header: { type: 'string', short: 'H', multiple: true },
    data: { type: 'string', short: 'd' },
    include: { type: 'boolean', short: 'i' },
    silent: { type: 'boolean', short: 's' },
    'show-error': { type: 'boolean', short: 'S' },
    fail: { type: 'boolean', short: 'f' },
    url: { type: 'string' },
  },
})
const url = new URL(values.url ?? positionals[0] ?? '')
const headers: { [name: string]: string } = {}
for (const line of values.header ?? []) {
  const colon = line.indexOf(':')
  headers[line.slice(0, colon)] = line.slice(colon + 1).trim()
}
const typed = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
if (values.data !== undefined && !typed) {
  headers['Content-Type'] = 'application/x-www-form-urlencoded'
}
const answer = await send(url.origin, {
  method: values.request ?? (values.data === undefined ? 'GET' : 'POST'),
  path: url.pathname + url.search,
  headers,
  body: values.data,
})
const head = answer.rawHeaders.map(([name, value]) => `${name}: ${value}\r\n`).join('')
if (values.include) process.stdout.write(`HTTP/1.1 ${answer.status} \r\n${head}\r\n`)
process.stdout.write(answer.body)
if (values.fail && answer.status >= 400) process.exitCode = 22
