import { Group, Text, VisuallyHidden } from '@mantine/core'
import { memo, useMemo } from 'react'
import type { Series } from '../lib/series.ts'
import { useLanguage } from '../lib/words.tsx'

const width = 720
const height = 160
/** Told apart by their place and their names too, never by colour alone. */
const inTurn = [
  ...['#1098ad', '#f08c00', '#7048e8', '#2f9e44', '#e03131', '#868e96'],
  ...['#1c7ed6', '#a0522d', '#d6336c', '#66a80f'],
]

interface BarsProps {
  series: Series
  label: string
  /** How a group is called. */
  nameOf?: (name: string) => string
  /** Those of groups that have one of their own. */
  colours?: { readonly [name: string]: string }
}

const itself = (name: string) => name
const none: NonNullable<BarsProps['colours']> = {}

/** Bars over time, one part of a bar for each group; the same as a table for who cannot see it. */
export const Bars = memo(function Bars(props: BarsProps) {
  const { series, label, nameOf = itself, colours = none } = props
  const { language } = useLanguage()
  const { times, groups, max } = series
  const step = width / times.length
  const colourOf = (name: string, place: number) =>
    colours[name] ?? inTurn[place % inTurn.length] ?? ''
  const format = useMemo(
    () => new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' }),
    [language],
  )
  const clock = (at: number) => format.format(at)
  const shapes = shapesOf(series, step)
  const shown = (place: number) =>
    groups
      .filter(({ counts }) => (counts[place] ?? 0) > 0)
      .map(({ name, counts }) => `${nameOf(name)}: ${counts[place]}`)
      .join(', ')
  return (
    <figure style={{ margin: 0 }}>
      <Text size="xs" c="dimmed" aria-hidden>
        {max}
      </Text>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width="100%"
        height="120"
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        <title>{label}</title>
        {groups.map(({ name }, group) => (
          <path key={name} d={shapes[group]} fill={colourOf(name, group)} />
        ))}
        {times.map((at, place) => (
          <rect key={at} x={place * step} width={step} height={height} fill="transparent">
            <title>{`${clock(at)} ${shown(place)}`}</title>
          </rect>
        ))}
        <line x1="0" x2={width} y1={height} y2={height} stroke="currentColor" opacity="0.3" />
      </svg>
      {/* Not in the picture, which is drawn smaller on a small screen. */}
      <Group justify="space-between" aria-hidden>
        <Text size="xs" c="dimmed">
          {clock(times[0] ?? 0)}
        </Text>
        <Text size="xs" c="dimmed">
          {clock(times.at(-1) ?? 0)}
        </Text>
      </Group>
      <figcaption className="row">
        {groups.map(({ name, counts }, group) => (
          <span key={name} className="key small">
            <svg width="12" height="12" aria-hidden="true">
              <rect width="12" height="12" rx="2" fill={colourOf(name, group)} />
            </svg>
            {nameOf(name)} {counts.reduce((sum, count) => sum + count, 0)}
          </span>
        ))}
      </figcaption>
      <VisuallyHidden>
        <table>
          <caption>{label}</caption>
          <tbody>
            {times.map((at, place) => {
              const there = shown(place)
              if (there === '') return null
              return (
                <tr key={at}>
                  <th scope="row">{clock(at)}</th>
                  <td>{there}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </VisuallyHidden>
    </figure>
  )
})

/** The parts of all bars that are of one group, as one shape: there may be thousands of them. */
function shapesOf({ groups, times, max }: Series, step: number): string[] {
  const tops = times.map(() => height)
  return groups.map(({ counts }) => {
    const parts = counts.map((count, place) => {
      if (count === 0) return ''
      const tall = (count / max) * height
      const bottom = tops[place] ?? height
      tops[place] = bottom - tall
      const wide = Math.max(1, step - 1)
      return `M${place * step} ${bottom}v${-tall}h${wide}v${tall}z`
    })
    return parts.join('')
  })
}
