import { TextInput, type TextInputProps } from '@mantine/core'
import { useTyped } from '../lib/use-typed.ts'

interface TypedFieldProps extends Omit<TextInputProps, 'value' | 'onChange'> {
  value: string
  /** Called once nothing was typed for a moment. */
  onChange(text: string): void
}

/** A field of a filter that the address holds. */
export function TypedField({ value, onChange, ...rest }: TypedFieldProps) {
  const [text, type] = useTyped(value, onChange)
  return <TextInput {...rest} value={text} onChange={(event) => type(event.currentTarget.value)} />
}
