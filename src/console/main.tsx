import '@mantine/core/styles.css'
import './console.css'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { nonce } from './lib/nonce.ts'

// Where the library that keeps the page still behind a dialog looks for it.
Object.assign(globalThis, { __webpack_nonce__: nonce() })

const place = document.getElementById('root')
if (place) createRoot(place).render(<App />)
