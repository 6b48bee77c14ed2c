import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'

/* English and Dutch: each page has its words beside it, always in both languages. */

export type Language = 'en' | 'nl'
export type Words = { readonly [key: string]: readonly [en: string, nl: string] }
type Said<T extends Words> = { readonly [Key in keyof T]: string }

const kept = 'roster-language'

const LanguageContext = createContext<{ language: Language; setLanguage(to: Language): void }>({
  language: 'en',
  setLanguage: () => {},
})

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(firstLanguage)
  useEffect(() => {
    document.documentElement.lang = language
    localStorage.setItem(kept, language)
  }, [language])
  const value = useMemo(() => ({ language, setLanguage }), [language])
  return <LanguageContext.Provider value={value}>{children}</LanguageContext.Provider>
}

export function useLanguage() {
  return useContext(LanguageContext)
}

/** The words in the language that was chosen. */
export function useWords<const T extends Words>(words: T): Said<T> {
  const { language } = useLanguage()
  return useMemo(() => {
    const place = language === 'en' ? 0 : 1
    const said = Object.entries(words).map(([key, both]) => [key, both[place]])
    return Object.fromEntries(said) as Said<T>
  }, [words, language])
}

/** Puts values into a text where it has their names in braces. */
export function fill(text: string, values: { readonly [name: string]: unknown }): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

function firstLanguage(): Language {
  const stored = localStorage.getItem(kept)
  if (stored === 'en' || stored === 'nl') return stored
  return navigator.language.startsWith('nl') ? 'nl' : 'en'
}
