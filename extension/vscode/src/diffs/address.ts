/** Addresses of files of runs: `trackside:/path/in/the/run?{…}`, as the Git extension writes its own. Pure. */

/** A file of a run. */
export interface RunFile {
  /** Address of the workspace folder whose desk answers. */
  readonly folder: string;
  readonly place: string;
  readonly run: string;
  /** Name of the run, for people. */
  readonly name: string;
  /** Path in the repository. */
  readonly path: string;
  /** Of the run, of the commit it began from, or nothing at all: the empty side of a difference. */
  readonly side: 'run' | 'baseline' | 'none';
}

/** Write the query of an address; its path is that of the file. */
export function formatQuery({ folder, place, run, name, side }: RunFile): string {
  return JSON.stringify({ folder, place, run, name, side });
}

/** Read an address; null when it is not one of ours. */
export function parseAddress(path: string, query: string): RunFile | null {
  let told: unknown;
  try {
    told = JSON.parse(query);
  } catch {
    return null;
  }
  if (typeof told !== 'object' || told === null) {
    return null;
  }
  const { folder, place, run, name, side } = told as Readonly<Record<string, unknown>>;
  if (side !== 'run' && side !== 'baseline' && side !== 'none') {
    return null;
  }
  return typeof folder === 'string' && typeof place === 'string' && typeof run === 'string' && typeof name === 'string'
    ? { folder, place, run, name, path: path.replace(/^\//, ''), side }
    : null;
}

/** What a notebook without cells looks like: an empty file is none. */
export const NO_CELLS = '{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}\n';

/** What stands on the empty side of a difference. */
export function nothingAt(path: string): string {
  return path.endsWith('.ipynb') ? NO_CELLS : '';
}
