import { once } from 'node:events'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type CsvSource, parseCsv } from './parse-csv.ts'

/** Batches that may wait to be taken. */
const aheadMax = 2

/** The thread that reads a file of comma-separated values, as far ahead as it is asked to. */
const port = parentPort as MessagePort
let ahead = 0
port.on('message', () => {
  ahead -= 1
})
for await (const batch of parseCsv(workerData as CsvSource)) {
  port.postMessage(JSON.stringify(batch))
  ahead += 1
  while (ahead > aheadMax && !batch.last) await once(port, 'message')
}
