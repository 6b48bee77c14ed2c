/** What styles of this page must show. Browsers hide the attribute, and show it as a property. */
export function nonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.nonce ?? ''
}
