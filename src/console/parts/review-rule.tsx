import { Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { RuleDefinition } from '../../client/client.js'
import { saveRule } from '../lib/save-rule.ts'
import { useWords } from '../lib/words.tsx'
import { toYaml } from '../lib/yaml.ts'
import { Confirm } from './confirm.tsx'
import { Diff } from './diff.tsx'
import { Loaded } from './states.tsx'

const words = {
  title: ['Save this rule?', 'Deze regel bewaren?'],
  save: ['Save', 'Bewaren'],
  what: [
    'It holds for the next event. Runs that wait go on with the version they began with.',
    'De regel geldt vanaf de volgende gebeurtenis. Wat al wacht, gaat verder met de oude versie.',
  ],
  changed: [
    'Somebody changed this rule since you opened it. Keep a copy of yours, then load the page anew.',
    'Iemand heeft deze regel gewijzigd sinds je hem opende. Bewaar je tekst, en laad de pagina dan opnieuw.',
  ],
  same: ['Nothing is different.', 'Er is niets veranderd.'],
} as const

interface ReviewProps {
  earlier: string | null
  before: RuleDefinition | null
  after: RuleDefinition
  onClose(): void
  onSaved(name: string): Promise<void>
}

/** Tries whether the rule would be taken, and shows what is different, before it is. */
export function ReviewRule({ earlier, before, after, onClose, onSaved }: ReviewProps) {
  const said = useWords(words)
  const since = { was: before, changed: said.changed }
  const checked = useQuery({
    queryKey: ['review', earlier, after],
    queryFn: () => saveRule(earlier, after, { ...since, dry_run: true }),
    gcTime: 0,
    staleTime: 0,
  })
  const saving = useMutation({
    mutationFn: () => saveRule(earlier, after, since),
    onSuccess: () => onSaved(String(after.name)),
  })
  return (
    <Confirm
      title={said.title}
      verb={said.save}
      isOpen
      isReady={checked.isSuccess}
      acting={saving}
      onClose={onClose}
    >
      <Loaded query={checked}>
        {({ changes }) => (
          <>
            <Text>{changes.length === 0 ? said.same : said.what}</Text>
            <Diff before={before ? toYaml(before) : ''} after={toYaml(after)} />
          </>
        )}
      </Loaded>
    </Confirm>
  )
}
