import { Combobox, Textarea, type TextareaProps, useCombobox } from '@mantine/core'
import { type KeyboardEvent, useContext, useId, useRef, useState } from 'react'
import { RulePreview } from '../lib/rule-preview.ts'
import { fill, useWords } from '../lib/words.tsx'

const words = {
  names: ['Names to choose from', 'Namen om uit te kiezen'],
  found: ['{n} names', '{n} namen'],
} as const

const shownMax = 12

type TemplateProps = Omit<TextareaProps, 'value' | 'onChange'> & {
  value: string
  onChange(text: string): void
}

/** A text with templates in it: behind `{{` it offers the names there are. */
export function TemplateText({ value, onChange, ...rest }: TemplateProps) {
  const said = useWords(words)
  const { roots } = useContext(RulePreview)
  const list = useId()
  const area = useRef<HTMLTextAreaElement>(null)
  const [asked, setAsked] = useState<string | null>(null)
  const [active, setActive] = useState<string | null>(null)
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() })
  const known = asked === null ? [] : roots.filter((name) => name.startsWith(asked))
  const offered = known.slice(0, shownMax)
  const look = (text: string, at: number) => {
    const begun = /\{\{-?\s*([\w.["\] -]*)$/.exec(text.slice(0, at))?.[1] ?? null
    setAsked(begun)
    if (begun === null) combobox.closeDropdown()
    else combobox.openDropdown()
    combobox.resetSelectedOption()
    setActive(null)
  }
  const choose = (name: string) => {
    const at = area.current?.selectionStart ?? value.length
    const begun = value.slice(0, at).slice(0, at - (asked ?? '').length)
    const after = value.slice(at)
    const gap = begun.endsWith('{') ? ' ' : ''
    const end = /^\s*(-?\}\}|[|])/.test(after) ? '' : ' }}'
    onChange(`${begun}${gap}${name}${end}${after}`)
    combobox.closeDropdown()
    setAsked(null)
  }
  const press = (event: KeyboardEvent) => {
    if (!combobox.dropdownOpened || offered.length === 0) return
    const step = { ArrowDown: 'selectNextOption', ArrowUp: 'selectPreviousOption' } as const
    const move = event.key in step ? step[event.key as keyof typeof step] : null
    const at = combobox.getSelectedOptionIndex()
    if (move !== null) setActive(combobox[move]())
    else if (event.key === 'Enter' && at >= 0) combobox.clickSelectedOption()
    else if (event.key === 'Escape') combobox.closeDropdown()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const isOpen = combobox.dropdownOpened && offered.length > 0
  return (
    <Combobox store={combobox} onOptionSubmit={choose} withinPortal={false}>
      <Combobox.DropdownTarget>
        <Textarea
          {...rest}
          ref={area}
          autosize
          maxRows={12}
          spellCheck={false}
          autoComplete="off"
          aria-autocomplete="list"
          aria-controls={isOpen ? list : undefined}
          aria-activedescendant={isOpen ? (active ?? undefined) : undefined}
          value={value}
          onChange={(event) => {
            onChange(event.currentTarget.value)
            look(event.currentTarget.value, event.currentTarget.selectionStart)
          }}
          onKeyDownCapture={press}
          onBlur={() => combobox.closeDropdown()}
        />
      </Combobox.DropdownTarget>
      <Combobox.Dropdown hidden={!isOpen}>
        <Combobox.Options id={list} aria-label={said.names}>
          {offered.map((name) => (
            <Combobox.Option key={name} value={name}>
              {name}
            </Combobox.Option>
          ))}
        </Combobox.Options>
        {known.length > offered.length && (
          <Combobox.Footer>{fill(said.found, { n: known.length })}</Combobox.Footer>
        )}
      </Combobox.Dropdown>
    </Combobox>
  )
}
