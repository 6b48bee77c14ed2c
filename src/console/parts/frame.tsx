import { AppShell, Burger, Group, NavLink, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { useWords } from '../lib/words.tsx'
import { Preferences } from './preferences.tsx'
import { Stale } from './stale.tsx'
import { Who } from './who.tsx'

const words = {
  skip: ['Skip to the page', 'Naar de inhoud'],
  menu: ['Menu', 'Menu'],
  home: ['Home', 'Overzicht'],
  people: ['People', 'Personen'],
  events: ['Events', 'Gebeurtenissen'],
  rules: ['Rules', 'Regels'],
  deliveries: ['Deliveries', 'Bezorgingen'],
  destinations: ['Destinations', 'Bestemmingen'],
  setup: ['Set-up', 'Instellingen'],
} as const

const places = [
  ['/', 'home'],
  ['/people', 'people'],
  ['/events', 'events'],
  ['/rules', 'rules'],
  ['/deliveries', 'deliveries'],
  ['/destinations', 'destinations'],
  ['/set-up', 'setup'],
] as const

/** What stands round every page: where one can go, and who is here. */
export function Frame() {
  const said = useWords(words)
  const [opened, { toggle, close }] = useDisclosure()
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const isAt = (to: string) => (to === '/' ? path === '/' : path.startsWith(to))
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 200, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a className="skip" href="#page">
        {said.skip}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={said.menu}
              aria-expanded={opened}
            />
            <Text fw={700} size="lg">
              Roster
            </Text>
          </Group>
          <Who />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={said.menu}>
        <Stack justify="space-between" h="100%">
          <div>
            {places.map(([to, name]) => (
              <NavLink
                key={to}
                component={Link}
                to={to}
                label={said[name]}
                active={isAt(to)}
                aria-current={isAt(to) ? 'page' : undefined}
                variant="light"
                color="gray"
                fw={isAt(to) ? 700 : 400}
                onClick={close}
              />
            ))}
          </div>
          <Preferences />
        </Stack>
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1}>
        <Stale />
        <Outlet />
      </AppShell.Main>
    </AppShell>
  )
}
