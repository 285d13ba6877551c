/** Addresses that came from elsewhere: which of them a browser may be sent to. */

/** The address as a browser writes it when it is a page on the web, else null: no scripts, files or passwords. */
export function webAddress(text: string | null | undefined): string | null {
  let address: URL;
  try {
    address = new URL(text ?? '');
  } catch {
    return null;
  }
  const isWeb = address.protocol === 'https:' || address.protocol === 'http:';
  return isWeb && !address.username && !address.password ? address.href : null;
}
