import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/*
 * The receiver of the delivery bench, in a process of its own: answers 200 to everything, after as
 * many milliseconds as its argument says. On GET it says how many calls it took, and when each body
 * with an `at` came, by its delay.
 */
const answerMs = Number(process.argv[2] ?? 0)
let count = 0
let lastAt = 0
let delays: number[] = []
const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.end(JSON.stringify({ count, lastAt, delays }))
    delays = []
    return
  }
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    count++
    lastAt = Date.now()
    if (delays.length < 10_000) {
      const { at } = JSON.parse(Buffer.concat(chunks).toString()) as { at?: number }
      if (typeof at === 'number') delays.push(lastAt - at)
    }
    if (answerMs === 0) response.end()
    else setTimeout(() => response.end(), answerMs)
  })
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/\n`)
})
process.on('SIGTERM', () => process.exit(0))
