import { Button, Switch } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Rule } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { countedDays, noCount, type RuleCount, ruleCounts } from '../lib/rule-counts.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Page } from '../parts/page.tsx'
import { PlaceLink } from '../parts/place-link.tsx'
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
  const counts = useQuery(ruleCounts)
  return (
    <>
      {counts.isError && !counts.data && (
        <Failed error={counts.error} retry={counts.refetch} isTrying={counts.isFetching} />
      )}
      <WideTable
        minWidth={720}
        heads={[
          ...[said.enabled, said.name, said.on, said.version],
          ...[
            fill(said.events, { days: countedDays }),
            fill(said.deliveries, { days: countedDays }),
          ],
          said.fired,
        ]}
      >
        {rules.map((rule) => (
          <RuleRow
            key={rule.name}
            rule={rule}
            count={counts.data && (counts.data.get(rule.name) ?? noCount)}
          />
        ))}
      </WideTable>
    </>
  )
}

/** The counts take longer to be known than the rules do. */
function RuleRow({ rule, count }: { rule: Rule; count: RuleCount | undefined }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const { on } = rule.definition as { on?: string[] }
  const switching = useMutation({
    mutationFn: (enabled: boolean) => api.enableRule({ name: rule.name, body: { enabled } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['rules'] }),
  })
  return (
    <tr>
      <td>
        <Switch
          aria-label={fill(said.isOn, { name: rule.name })}
          checked={switching.isPending ? switching.variables : rule.enabled}
          onChange={(event) => switching.mutate(event.currentTarget.checked)}
        />
        {switching.isError && <Failed error={switching.error} />}
      </td>
      <td>
        <PlaceLink to={`/rules/${rule.name}`}>{rule.name}</PlaceLink>
      </td>
      <td>{on?.join(', ')}</td>
      <td>{rule.version}</td>
      <td>{count?.events}</td>
      <td>
        {count && count.deliveries > 0 ? (
          <PlaceLink
            to="/deliveries"
            search={{ rule: rule.name }}
            aria-label={`${count.deliveries} ${rule.name}`}
          >
            {count.deliveries}
          </PlaceLink>
        ) : (
          count?.deliveries
        )}
      </td>
      <td>{count && <LastFired at={count.lastAt} />}</td>
    </tr>
  )
}

function LastFired({ at }: { at: string | null }) {
  const said = useWords(words)
  if (at !== null) return <Time at={at} />
  return <span className="dim">{fill(said.never, { days: countedDays })}</span>
}
