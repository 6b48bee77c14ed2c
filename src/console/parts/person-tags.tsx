import { TagsInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Profile } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { Section } from './section.tsx'
import { Failed } from './states.tsx'

const words = {
  title: ['Tags', 'Labels'],
  hint: ['Enter adds what is typed', 'Enter voegt toe wat je typt'],
} as const

export function PersonTags({ profile }: { profile: Profile }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const changing = useMutation({
    mutationFn: (tags: string[]) => {
      const add = tags.filter((tag) => !profile.tags.includes(tag))
      const remove = profile.tags.filter((tag) => !tags.includes(tag))
      return api.patchProfile({ id: profile.id, body: { tags: { add, remove } } })
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['person', profile.id] }),
  })
  return (
    <Section title={said.title}>
      <TagsInput
        aria-label={said.title}
        placeholder={said.hint}
        value={changing.isPending ? changing.variables : profile.tags}
        onChange={(tags) => changing.mutate(tags)}
        splitChars={[]}
      />
      {changing.isError && <Failed error={changing.error} />}
    </Section>
  )
}
