import { Anchor, Button, Switch, Table, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Rule } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Page } from '../parts/page.tsx'
import { Empty, Failed, Loaded } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { WideTable } from '../parts/wide-table.tsx'

const words = {
  title: ['Rules', 'Regels'],
  add: ['New rule', 'Nieuwe regel'],
  name: ['Name', 'Naam'],
  on: ['Event types', 'Soorten gebeurtenissen'],
  version: ['Version', 'Versie'],
  enabled: ['On', 'Aan'],
  isOn: ['{name} is on', '{name} staat aan'],
  caused: ['Latest event of it', 'Laatste gebeurtenis ervan'],
  counts: ['Events it caused', 'Gebeurtenissen door de regel'],
  more: ['{n} or more', '{n} of meer'],
  never: ['never', 'nooit'],
  none: ['There are no rules', 'Er zijn geen regels'],
  noneHint: [
    'Without rules events are logged, and nothing follows from them.',
    'Zonder regels worden gebeurtenissen vastgelegd, en verder gebeurt er niets.',
  ],
} as const

export function Rules() {
  const said = useWords(words)
  const rules = useQuery({
    queryKey: ['rules'],
    queryFn: ({ signal }) => api.listRules({ signal }),
    refetchInterval: 5_000,
  })
  const add = (
    <Button component={Link} to="/new-rule">
      {said.add}
    </Button>
  )
  return (
    <Page title={said.title} actions={add}>
      <Loaded
        query={rules}
        isEmpty={({ data }) => data.length === 0}
        empty={<Empty title={said.none}>{said.noneHint}</Empty>}
      >
        {({ data }) => <RuleTable rules={data} />}
      </Loaded>
    </Page>
  )
}

function RuleTable({ rules }: { rules: Rule[] }) {
  const said = useWords(words)
  return (
    <WideTable
      minWidth={640}
      heads={[said.enabled, said.name, said.on, said.version, said.counts, said.caused]}
    >
      {rules.map((rule) => (
        <RuleRow key={rule.name} rule={rule} />
      ))}
    </WideTable>
  )
}

const countedMax = 100

function RuleRow({ rule }: { rule: Rule }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const { on } = rule.definition as { on?: string[] }
  const fired = useQuery({
    queryKey: ['rule', rule.name, 'fired'],
    queryFn: ({ signal }) =>
      api.listEvents({ rule: rule.name, order: 'desc', limit: countedMax, signal }),
    refetchInterval: 10_000,
  })
  const switching = useMutation({
    mutationFn: (enabled: boolean) => api.enableRule({ name: rule.name, body: { enabled } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['rules'] }),
  })
  const latest = fired.data?.data[0]
  const count = fired.data?.data.length ?? 0
  const isMore = fired.data?.next_cursor != null
  return (
    <Table.Tr>
      <Table.Td>
        <Switch
          aria-label={fill(said.isOn, { name: rule.name })}
          checked={switching.isPending ? switching.variables : rule.enabled}
          onChange={(event) => switching.mutate(event.currentTarget.checked)}
        />
        {switching.isError && <Failed error={switching.error} />}
      </Table.Td>
      <Table.Td>
        <Anchor component={Link} to={`/rules/${rule.name}`}>
          {rule.name}
        </Anchor>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{on?.join(', ')}</Text>
      </Table.Td>
      <Table.Td>{rule.version}</Table.Td>
      <Table.Td>{fired.data && (isMore ? fill(said.more, { n: count }) : count)}</Table.Td>
      <Table.Td>
        {latest ? (
          <Anchor component={Link} to={`/events/${latest.id}`} size="sm">
            <Time at={latest.received_at} />
          </Anchor>
        ) : (
          <Text size="sm" c="dimmed">
            {fired.data && said.never}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  )
}
