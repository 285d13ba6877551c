/** Everything about open notebooks: followed, marked, answered. */

import * as vscode from 'vscode';
import type { Desks } from '../desk/desks';
import { ids } from '../ids';
import { parseShown } from '../views/shown';
import { Cards } from './cards';
import type { Show } from './cards';
import { Following } from './following';
import { Handing } from './handing';
import { CellStatus } from './status';
import { registerToolbar } from './toolbar';

/** What tests look at. */
export interface Notebooks extends vscode.Disposable {
  readonly following: Following;
  readonly status: CellStatus;
}

/** Begin. */
export function followNotebooks(desks: Desks, show: Show, log: vscode.LogOutputChannel): Notebooks {
  const following = new Following(desks);
  const status = new CellStatus(following);
  const ends = vscode.Disposable.from(
    following,
    status,
    new Handing(following, log),
    new Cards(following, show),
    registerToolbar(following),
    vscode.commands.registerCommand(ids.showRun, (named: unknown) => {
      const { folder, place, run } = (named ?? {}) as Readonly<Record<string, unknown>>;
      const shown = parseShown({ folder, place, project: '', view: 'run', runs: [run] });
      if (shown) {
        show(shown);
      }
    })
  );
  return { following, status, dispose: () => ends.dispose() };
}
