import { useWords } from '../lib/words.tsx'
import { Page } from '../parts/page.tsx'
import { PlaceLink } from '../parts/place-link.tsx'

const words = {
  title: ['There is no such page', 'Deze pagina bestaat niet'],
  home: ['Home', 'Naar het overzicht'],
} as const

export function NotFound() {
  const said = useWords(words)
  return (
    <Page title={said.title}>
      <PlaceLink to="/">{said.home}</PlaceLink>
    </Page>
  )
}
