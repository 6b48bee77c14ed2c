import { Group, SegmentedControl, useMantineColorScheme } from '@mantine/core'
import { type Language, useLanguage, useWords } from '../lib/words.tsx'

const words = {
  scheme: ['Colours', 'Kleuren'],
  auto: ['Auto', 'Auto'],
  light: ['Light', 'Licht'],
  dark: ['Dark', 'Donker'],
  language: ['Language', 'Taal'],
} as const

/** Language and colours, kept by the browser. */
export function Preferences() {
  const said = useWords(words)
  const { language, setLanguage } = useLanguage()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <Group gap="xs">
      <SegmentedControl
        size="xs"
        aria-label={said.language}
        value={language}
        onChange={(to) => setLanguage(to as Language)}
        data={[
          { value: 'en', label: 'English' },
          { value: 'nl', label: 'Nederlands' },
        ]}
      />
      <SegmentedControl
        size="xs"
        aria-label={said.scheme}
        value={colorScheme}
        onChange={(to) => setColorScheme(to as 'auto' | 'light' | 'dark')}
        data={[
          { value: 'auto', label: said.auto },
          { value: 'light', label: said.light },
          { value: 'dark', label: said.dark },
        ]}
      />
    </Group>
  )
}
