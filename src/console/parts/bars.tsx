import { Group, Text, VisuallyHidden } from '@mantine/core'
import type { Series } from '../lib/series.ts'
import { useLanguage } from '../lib/words.tsx'

const width = 720
const height = 160
/** Told apart by their place and their names too, never by colour alone. */
const colours = ['#1098ad', '#f08c00', '#7048e8', '#2f9e44', '#e03131', '#868e96']

/** Bars over time, one part of a bar for each group; the same as a table for who cannot see it. */
export function Bars({ series, label }: { series: Series; label: string }) {
  const { language } = useLanguage()
  const { times, groups, max } = series
  const step = width / times.length
  const clock = (at: number) =>
    new Date(at).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' })
  return (
    <figure style={{ margin: 0 }}>
      <svg viewBox={`0 0 ${width} ${height + 18}`} width="100%" role="img" aria-label={label}>
        <title>{label}</title>
        {times.map((at, place) => {
          let top = height
          return groups.map(({ name, counts }, group) => {
            const tall = ((counts[place] ?? 0) / max) * height
            top -= tall
            if (tall === 0) return null
            return (
              <rect
                key={`${at} ${name}`}
                x={place * step}
                y={top}
                width={Math.max(1, step - 1)}
                height={tall}
                fill={colours[group % colours.length]}
              >
                <title>{`${clock(at)} ${name} ${counts[place]}`}</title>
              </rect>
            )
          })
        })}
        <line x1="0" x2={width} y1={height} y2={height} stroke="currentColor" opacity="0.3" />
        <text x="0" y={height + 14} fontSize="12" fill="currentColor">
          {clock(times[0] ?? 0)}
        </text>
        <text x={width} y={height + 14} fontSize="12" textAnchor="end" fill="currentColor">
          {clock(times.at(-1) ?? 0)}
        </text>
        <text x="0" y="12" fontSize="12" fill="currentColor">
          {max}
        </text>
      </svg>
      <Group gap="md" component="figcaption">
        {groups.map(({ name, counts }, group) => (
          <Group key={name} gap={6}>
            <svg width="12" height="12" aria-hidden="true">
              <rect width="12" height="12" rx="2" fill={colours[group % colours.length]} />
            </svg>
            <Text size="sm">
              {name} {counts.reduce((sum, count) => sum + count, 0)}
            </Text>
          </Group>
        ))}
      </Group>
      <VisuallyHidden>
        <table>
          <caption>{label}</caption>
          <tbody>
            {times.map((at, place) => {
              const there = groups.filter(({ counts }) => (counts[place] ?? 0) > 0)
              if (there.length === 0) return null
              return (
                <tr key={at}>
                  <th scope="row">{clock(at)}</th>
                  <td>{there.map(({ name, counts }) => `${name}: ${counts[place]}`).join(', ')}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </VisuallyHidden>
    </figure>
  )
}
