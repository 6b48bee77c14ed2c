import { Anchor, Button, Switch, Table, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Rule } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { countedDays, noCount, ruleCounts } from '../lib/rule-counts.ts'
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
  fired: ['Last fired', 'Laatst gereageerd'],
  events: ['Events, {days} days', 'Gebeurtenissen, {days} dagen'],
  deliveries: ['Deliveries, {days} days', 'Bezorgingen, {days} dagen'],
  never: ['not in {days} days', 'niet in {days} dagen'],
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
      minWidth={720}
      heads={[
        ...[said.enabled, said.name, said.on, said.version],
        ...[fill(said.events, { days: countedDays }), fill(said.deliveries, { days: countedDays })],
        said.fired,
      ]}
    >
      {rules.map((rule) => (
        <RuleRow key={rule.name} rule={rule} />
      ))}
    </WideTable>
  )
}

function RuleRow({ rule }: { rule: Rule }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const { on } = rule.definition as { on?: string[] }
  const counts = useQuery(ruleCounts)
  const switching = useMutation({
    mutationFn: (enabled: boolean) => api.enableRule({ name: rule.name, body: { enabled } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['rules'] }),
  })
  const { events, deliveries, lastAt } = counts.data?.get(rule.name) ?? noCount
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
      <Table.Td>{counts.data && events}</Table.Td>
      <Table.Td>
        {deliveries > 0 ? (
          <Anchor
            component={Link}
            to="/deliveries"
            search={{ rule: rule.name } as never}
            aria-label={`${deliveries} ${rule.name}`}
          >
            {deliveries}
          </Anchor>
        ) : (
          counts.data && 0
        )}
      </Table.Td>
      <Table.Td>
        {lastAt !== null ? (
          <Time at={lastAt} />
        ) : (
          <Text size="sm" c="dimmed">
            {counts.data && fill(said.never, { days: countedDays })}
          </Text>
        )}
        {counts.isError && <Failed error={counts.error} />}
      </Table.Td>
    </Table.Tr>
  )
}
