import { Button, Select, Stack, Textarea } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { DeliveryInFull } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { Confirm } from './confirm.tsx'

const words = {
  open: ['Edit and resend', 'Bewerken en versturen'],
  send: ['Send', 'Versturen'],
  method: ['Method', 'Methode'],
  headers: ['Headers, one on a line', 'Headers, een per regel'],
  body: ['Body', 'Inhoud'],
} as const

type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET'

/** Sends a delivery that is over again, with another body or other headers. */
export function Resend({ delivery, onDone }: { delivery: DeliveryInFull; onDone(): unknown }) {
  const said = useWords(words)
  const { request } = delivery
  const [isOpen, setOpen] = useState(false)
  const [method, setMethod] = useState(request?.method ?? 'POST')
  const [headers, setHeaders] = useState(() => asLines(request?.headers ?? {}))
  const [body, setBody] = useState(request?.body ?? '')
  const sending = useMutation({
    mutationFn: () =>
      api.resendDelivery({
        id: delivery.id,
        body: {
          method: method as Method,
          headers: changed(request?.headers ?? {}, asHeaders(headers)),
          ...(method !== 'GET' && { body }),
        },
      }),
    onSuccess: () => {
      setOpen(false)
      return onDone()
    },
  })
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {said.open}
      </Button>
      <Confirm
        title={said.open}
        verb={said.send}
        isOpen={isOpen}
        acting={sending}
        onClose={() => setOpen(false)}
      >
        <Stack>
          <Select
            label={said.method}
            allowDeselect={false}
            data={['POST', 'PUT', 'PATCH', 'DELETE', 'GET']}
            value={method}
            onChange={(to) => setMethod(to ?? 'POST')}
          />
          <Textarea
            label={said.headers}
            autosize
            value={headers}
            onChange={(event) => setHeaders(event.currentTarget.value)}
          />
          <Textarea
            label={said.body}
            autosize
            maxRows={16}
            value={body}
            onChange={(event) => setBody(event.currentTarget.value)}
          />
        </Stack>
      </Confirm>
    </>
  )
}

type Headers = { [name: string]: string }

function asLines(headers: Headers): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}

function asHeaders(lines: string): Headers {
  const found = [...lines.matchAll(/^\s*([^:\s]+)\s*:\s*(.*?)\s*$/gm)]
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name.toLowerCase(), value]))
}

/** Only what is different; null takes a header away. */
function changed(before: Headers, after: Headers): { [name: string]: string | null } {
  const gone = Object.keys(before).filter((name) => !(name in after))
  const other = Object.entries(after).filter(([name, value]) => before[name] !== value)
  return { ...Object.fromEntries(gone.map((name) => [name, null])), ...Object.fromEntries(other) }
}
