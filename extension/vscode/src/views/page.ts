/** The page of a tab: one script by nonce, one style sheet, nothing from anywhere else. Pure. */

/** Addresses and facts the page is made of. */
export interface PageParts {
  readonly script: string;
  readonly style: string;
  /** What VS Code serves files of the extension from, as a policy names it. */
  readonly source: string;
  readonly nonce: string;
  readonly language: string;
  readonly shown: unknown;
}

/** Write the page. Styles may stand inline: the report of a promotion, in a sandbox of its own, has its own. */
export function pageOf({ script, style, source, nonce, language, shown }: PageParts): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${source} 'unsafe-inline'`,
    `img-src ${source} blob: data:`,
    `font-src ${source}`,
    `base-uri 'none'`,
    `form-action 'none'`
  ].join('; ');
  return `<!doctype html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<title>Trackside</title>
<link rel="stylesheet" href="${escaped(style)}">
</head>
<body>
<div id="trackside" data-shown="${escaped(JSON.stringify(shown))}"></div>
<script nonce="${nonce}" src="${escaped(script)}"></script>
</body>
</html>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, letter => `&#${letter.charCodeAt(0)};`);
}
