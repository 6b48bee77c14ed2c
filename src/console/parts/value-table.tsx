import { Value } from './value.tsx'

/** Values with their names, one below the other. */
export function ValueTable({ rows }: { rows: readonly (readonly [string, unknown])[] }) {
  return (
    <table className="table">
      <tbody>
        {rows.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <Value value={value} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
