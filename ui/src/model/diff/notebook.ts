/** What is needed of a notebook file: the sources of its cells. The file is data from a stranger. */

/** Return the source of each cell in order; an empty list for what is no notebook. */
export function readSources(notebook: unknown): string[] {
  const cells = isObject(notebook) ? notebook['cells'] : null;
  return Array.isArray(cells) ? cells.map(cell => (isObject(cell) ? readSource(cell['source']) : '')) : [];
}

function readSource(source: unknown): string {
  if (typeof source === 'string') {
    return source;
  }
  return Array.isArray(source) ? source.filter(line => typeof line === 'string').join('') : '';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
