/** Which file of a folder a run's notebook is. Pure. */

import type { Place } from '@trackside/ui';

/** Tell whether a run's notebook, a path in its repository, is the one at `path`, relative to the folder. */
export function isNotebookAt(notebook: string | null, place: Pick<Place, 'folder'>, path: string): boolean {
  if (notebook === null) {
    return false;
  }
  if (place.folder === null) {
    // The repository lies above the folder: the path in the folder is the end of the other.
    return notebook === path || notebook.endsWith(`/${path}`);
  }
  return (place.folder ? `${place.folder}/${notebook}` : notebook) === path;
}

/** The filter that finds the runs of a notebook. */
export function queryFor(path: string, place: Pick<Place, 'folder'>): string | null {
  const inside = inRepository(path, place);
  return inside === null ? null : `notebook == ${JSON.stringify(inside)}`;
}

function inRepository(path: string, { folder }: Pick<Place, 'folder'>): string | null {
  if (folder === '') {
    return path;
  }
  return folder !== null && path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : null;
}
