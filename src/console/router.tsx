import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { NotFound } from './pages/not-found.tsx'
import { Frame } from './parts/frame.tsx'
import { Failed } from './parts/states.tsx'

/** What an address may carry behind its question mark; all of it is text. */
type Search = { [name: string]: string | undefined }

const root = createRootRoute({
  component: Frame,
  notFoundComponent: NotFound,
  errorComponent: ({ error }) => <Failed error={error} retry={() => location.reload()} />,
  validateSearch: (given: Record<string, unknown>): Search =>
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)])),
})

const at = root
const routes = [
  createRoute({
    getParentRoute: () => at,
    path: '/',
    component: lazyRouteComponent(() => import('./pages/home.tsx'), 'Home'),
  }),
  createRoute({
    getParentRoute: () => at,
    path: '/people',
    component: lazyRouteComponent(() => import('./pages/people.tsx'), 'People'),
  }),
  createRoute({
    getParentRoute: () => at,
    path: '/people/$id',
    component: lazyRouteComponent(() => import('./pages/person.tsx'), 'Person'),
  }),
  createRoute({
    getParentRoute: () => at,
    path: '/events',
    component: lazyRouteComponent(() => import('./pages/events.tsx'), 'Events'),
  }),
  createRoute({
    getParentRoute: () => at,
    path: '/events/$id',
    component: lazyRouteComponent(() => import('./pages/event.tsx'), 'EventPage'),
  }),
  createRoute({
    getParentRoute: () => at,
    path: '/rules',
    component: lazyRouteComponent(() => import('./pages/rules.tsx'), 'Rules'),
  }),
  createRoute({
    getParentRoute: () => at,
    path: '/rules/$name',
    component: lazyRouteComponent(() => import('./pages/rule.tsx'), 'RulePage'),
  }),
  createRoute({
    getParentRoute: () => at,
    path: '/new-rule',
    component: lazyRouteComponent(() => import('./pages/rule.tsx'), 'NewRule'),
  }),
  createRoute({
    getParentRoute: () => at,
    path: '/deliveries',
    component: lazyRouteComponent(() => import('./pages/deliveries.tsx'), 'Deliveries'),
  }),
  createRoute({
    getParentRoute: () => at,
    path: '/deliveries/$id',
    component: lazyRouteComponent(() => import('./pages/delivery.tsx'), 'DeliveryPage'),
  }),
  createRoute({
    getParentRoute: () => at,
    path: '/destinations',
    component: lazyRouteComponent(() => import('./pages/destinations.tsx'), 'Destinations'),
  }),
  createRoute({
    getParentRoute: () => at,
    path: '/set-up',
    component: lazyRouteComponent(() => import('./pages/set-up.tsx'), 'SetUp'),
  }),
]

export const router = createRouter({
  routeTree: root.addChildren(routes),
  basepath: '/console',
  defaultPreload: 'intent',
})

/**
 * Fetches what the other pages are made of, so that going there waits for no program. Called once
 * the first page is there: it is not part of that.
 */
export function loadAhead(): void {
  for (const { options } of routes) {
    void (options.component as { preload?(): Promise<unknown> }).preload?.()
  }
  void import('./parts/delivery-charts.tsx')
  void import('./parts/bars.tsx')
}

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
