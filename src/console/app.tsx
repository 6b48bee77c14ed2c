import { Anchor, createTheme, MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { useEffect } from 'react'
import { readSession } from './lib/api.ts'
import { nonce } from './lib/nonce.ts'
import { LanguageProvider } from './lib/words.tsx'
import { SignIn } from './pages/sign-in.tsx'
import { SignInAgain } from './parts/sign-in-again.tsx'
import { Failed, Waiting } from './parts/states.tsx'
import { loadAhead, router } from './router.tsx'

const theme = createTheme({
  primaryColor: 'cyan',
  primaryShade: 9,
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  // A link must be told from the text round it by more than its colour.
  components: { Anchor: Anchor.extend({ defaultProps: { underline: 'always' } }) },
})

/** The library's own grey, and what it puts under a pointer, are too pale for everybody to read. */
const variables = () => ({
  variables: {
    '--mantine-primary-color-filled-hover': '#095c6b',
    '--mantine-color-cyan-filled-hover': '#095c6b',
    '--mantine-color-red-filled-hover': '#a61e1e',
  },
  light: { '--mantine-color-dimmed': '#565e66', '--mantine-color-placeholder': '#656d75' },
  dark: { '--mantine-color-dimmed': '#b8bfc6', '--mantine-color-placeholder': '#a5adb5' },
})

const queries = new QueryClient({
  defaultOptions: {
    // The server may well be on this machine: whether there is an internet says nothing of it.
    queries: { retry: false, staleTime: 2_000, networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
})

export function App() {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      cssVariablesResolver={variables}
      getStyleNonce={nonce}
    >
      <LanguageProvider>
        <QueryClientProvider client={queries}>
          <Entrance />
        </QueryClientProvider>
      </LanguageProvider>
    </MantineProvider>
  )
}

/** Safari has no word for it. */
function whenIdle(work: () => void): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(work, { timeout: 5_000 })
  else setTimeout(work, 1_000)
}

function Entrance() {
  const session = useQuery({
    queryKey: ['session'],
    queryFn: readSession,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const isIn = session.data != null
  useEffect(() => {
    if (isIn) whenIdle(loadAhead)
  }, [isIn])
  if (session.isPending) return <Waiting />
  if (session.isError) return <Failed error={session.error} retry={session.refetch} />
  if (session.data === null) return <SignIn />
  return (
    <>
      <RouterProvider router={router} />
      <SignInAgain session={session.data} />
    </>
  )
}
