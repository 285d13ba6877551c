/** Menu, editor and keys of one run in a list: the same in the side panel and in the table. */

import { useCallback, useState } from 'react';
import type { KeyboardEvent, MouseEvent, ReactElement } from 'react';
import type { Place, RunRow } from '../../contract';
import { visible } from '../../model/format';
import { Menu } from '../parts';
import type { Anchor } from '../parts';
import { useServices } from '../services';
import { useSharing } from '../state/sharing';
import type { Actions } from './actions';
import { rowMenu } from './menu';
import { RunEditor } from './RunEditor';
import type { Edited } from './RunEditor';

/** What acting on a row needs. */
export interface ActingOptions {
  readonly place: Place;
  readonly baseline: RunRow | null;
  readonly selected: ReadonlySet<string>;
  readonly actions: Actions;
  readonly setActive: (index: number) => void;
  /** Where an editor of a field stands. The same function until it finds another place. */
  readonly anchorOf: (field: Edited, index: number) => Anchor;
}

/** What it gives. */
export interface UsedActing {
  /** The menu or editor that is open. */
  readonly floating: ReactElement;
  readonly edit: (field: Edited, row: RunRow, index: number) => void;
  readonly onMenu: (event: MouseEvent, row: RunRow, index: number) => void;
  readonly onStar: (row: RunRow) => void;
  /** Whether a key, pressed without Ctrl, Alt or Meta, was one of a row's; the menu opens at `here`, F2 edits `field`. */
  readonly onKey: (event: KeyboardEvent, row: RunRow, index: number, here: Anchor, field?: Edited) => boolean;
}

interface At {
  readonly anchor: Anchor;
  readonly row: RunRow;
  readonly index: number;
}

/** The runs an act on `row` is about: all selected ones when it is one of them. */
export function meant(row: RunRow, selected: ReadonlySet<string>): readonly string[] {
  return selected.has(row.id) ? [...selected] : [row.id];
}

/** Use menu, editor and keys. */
export function useActing(options: ActingOptions): UsedActing {
  const { place, baseline, selected, actions, setActive, anchorOf } = options;
  const { host, t } = useServices();
  const { sharing } = useSharing(place.id ?? '');
  const [menu, setMenu] = useState<At | null>(null);
  const [editing, setEditing] = useState<(At & { readonly field: Edited }) | null>(null);
  const edit = useCallback(
    (field: Edited, row: RunRow, index: number) => setEditing({ anchor: anchorOf(field, index), row, index, field }),
    [anchorOf]
  );
  const onMenu = useCallback(
    (event: MouseEvent, row: RunRow, index: number) => {
      event.preventDefault();
      setActive(index);
      const isContext = event.type === 'contextmenu';
      setMenu({ anchor: isContext ? { x: event.clientX, y: event.clientY } : event.currentTarget, row, index });
    },
    [setActive]
  );
  const onStar = useCallback((row: RunRow) => actions.annotate([row.id], { star: !row.star }), [actions]);
  const onKey = (event: KeyboardEvent, row: RunRow, index: number, here: Anchor, field: Edited = 'name'): boolean => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === 'ContextMenu' || (key === 'F10' && event.shiftKey)) {
      setMenu({ anchor: here, row, index });
      return true;
    }
    const runs = meant(row, selected);
    const acts: Readonly<Record<string, () => void>> = {
      s: () => actions.annotate(runs, { star: !row.star }),
      t: () => edit('tags', row, index),
      n: () => edit('note', row, index),
      F2: () => edit(field, row, index),
      p: () => actions.push(runs),
      Delete: () => actions.remove(runs)
    };
    const act = row.oid === null ? undefined : acts[key];
    act?.();
    return act !== undefined;
  };
  const floating = (
    <>
      {menu ? (
        <Menu
          anchor={menu.anchor}
          label={t('Actions for {name}', { name: visible(menu.row.name) })}
          items={rowMenu({
            place,
            row: menu.row,
            baseline,
            selected,
            actions,
            host,
            t,
            remote: sharing.remote,
            edit: field => edit(field, menu.row, menu.index)
          })}
          onClose={() => setMenu(null)}
        />
      ) : null}
      {editing ? (
        <RunEditor
          anchor={editing.anchor}
          field={editing.field}
          rows={[editing.row]}
          actions={actions}
          onClose={() => setEditing(null)}
        />
      ) : null}
    </>
  );
  return { floating, edit, onMenu, onStar, onKey };
}
