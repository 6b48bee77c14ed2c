import { Tabs } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useWords } from '../lib/words.tsx'
import { Page } from '../parts/page.tsx'
import { SetUpAttributes } from '../parts/set-up-attributes.tsx'
import { SetUpAudit } from '../parts/set-up-audit.tsx'
import { SetUpImport } from '../parts/set-up-import.tsx'
import { SetUpTokens } from '../parts/set-up-tokens.tsx'
import { SetUpWorkspace } from '../parts/set-up-workspace.tsx'

const words = {
  title: ['Set-up', 'Instellingen'],
  tokens: ['Tokens', 'Tokens'],
  workspace: ['Workspace', 'Werkruimte'],
  attributes: ['Attributes', 'Attributen'],
  import: ['Import', 'Importeren'],
  audit: ['Audit trail', 'Controlespoor'],
} as const

const parts = [
  ['tokens', SetUpTokens],
  ['workspace', SetUpWorkspace],
  ['attributes', SetUpAttributes],
  ['import', SetUpImport],
  ['audit', SetUpAudit],
] as const

export function SetUp() {
  const said = useWords(words)
  const { part = 'tokens' } = useSearch({ strict: false })
  const navigate = useNavigate()
  return (
    <Page title={said.title}>
      <Tabs
        value={part}
        keepMounted={false}
        onChange={(to) => void navigate({ to: '/set-up', search: { part: to ?? 'tokens' } })}
      >
        <Tabs.List mb="md">
          {parts.map(([name]) => (
            <Tabs.Tab key={name} value={name}>
              {said[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {parts.map(([name, Part]) => (
          <Tabs.Panel key={name} value={name}>
            <Part />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  )
}
