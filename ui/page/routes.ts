/** Which view is in front, as the part of the address after `#`: a reload or the back button brings it again. */

/** A view of the main area. */
export type Route =
  | { readonly view: 'table' }
  | { readonly view: 'run'; readonly run: string }
  | { readonly view: 'compare'; readonly runs: readonly string[] };

/** Read an address; what cannot be read is the table. */
export function parseRoute(hash: string): Route {
  const [view, ...rest] = hash.replace(/^#\/?/, '').split('/');
  const runs = rest.join('/').split(',').map(decoded).filter(Boolean);
  const [run] = runs;
  if (view === 'run' && run !== undefined) {
    return { view, run };
  }
  return view === 'compare' && runs.length > 1 ? { view, runs } : { view: 'table' };
}

/** Write an address. */
export function formatRoute(route: Route): string {
  switch (route.view) {
    case 'table':
      return '#/table';
    case 'run':
      return `#/run/${encodeURIComponent(route.run)}`;
    case 'compare':
      return `#/compare/${route.runs.map(encodeURIComponent).join(',')}`;
  }
}

/** Go to a view by the address. */
export function goByAddress(route: Route): void {
  location.hash = formatRoute(route);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
