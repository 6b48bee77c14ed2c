import { Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'

/** A few things about one, each with its name. */
export function Facts({ children }: { children: ReactNode }) {
  return (
    <Group gap="lg" component="dl" m={0} align="flex-start">
      {children}
    </Group>
  )
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <Text component="dd" m={0}>
        {children}
      </Text>
    </div>
  )
}
