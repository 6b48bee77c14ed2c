/** Rows as so many lists, one for each column; without rows they are empty. */
export function columnsOf<T>(
  count: number,
  rows: readonly T[],
  toRow: (row: T) => readonly unknown[],
): unknown[][] {
  const columns: unknown[][] = Array.from({ length: count }, () => [])
  for (const row of rows) {
    for (const [index, value] of toRow(row).entries()) columns[index]?.push(value)
  }
  return columns
}
