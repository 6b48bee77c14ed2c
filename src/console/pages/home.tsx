import { Text } from '@mantine/core'
import { Page } from '../parts/page.tsx'

export function Home() {
  return (
    <Page title="Home">
      <Text>…</Text>
    </Page>
  )
}
