import { Anchor } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useWords } from '../lib/words.tsx'
import { Page } from '../parts/page.tsx'

const words = {
  title: ['There is no such page', 'Deze pagina bestaat niet'],
  home: ['Home', 'Naar het overzicht'],
} as const

export function NotFound() {
  const said = useWords(words)
  return (
    <Page title={said.title}>
      <Anchor component={Link} to="/">
        {said.home}
      </Anchor>
    </Page>
  )
}
