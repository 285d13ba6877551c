/** The head of the table: bands of kinds, and a head per column that sorts, moves, pins and resizes. */

import { useState } from 'react';
import type { DragEvent, KeyboardEvent, MouseEvent, ReactElement } from 'react';
import type { Header } from '@tanstack/react-table';
import type { Band, Column } from '../../model/columns';
import { visible } from '../../model/format';
import type { SortKey } from '../../model/sorting';
import { Icon, Menu } from '../parts';
import type { Anchor, MenuItem } from '../parts';
import { useWords } from '../services';
import { cellClass, cellStyle } from './TableRow';

/** What a head can do to its column. */
export interface HeadActions {
  sort(column: Column, add: boolean): void;
  move(column: Column, step: number): void;
  place(key: string, at: string): void;
  pin(column: Column): void;
  hide(column: Column): void;
  group(column: Column): void;
  resetWidth(column: Column): void;
}

/** Props of the head. */
export interface HeadProps {
  readonly ids: string;
  readonly columns: readonly Column[];
  readonly bands: readonly Band[];
  readonly pinned: number;
  readonly headers: readonly Header<never, unknown>[];
  readonly sort: readonly SortKey[];
  readonly actions: HeadActions;
}

const BANDS: Readonly<Record<Column['kind'], string>> = {
  field: '',
  metric: 'Metrics',
  param: 'Parameters',
  note: 'Notes',
  origin: 'Origin'
};

/** Draw the head. */
export function TableHead(props: HeadProps): ReactElement {
  const { columns, bands, pinned } = props;
  const t = useWords();
  const [menu, setMenu] = useState<{ anchor: Anchor; column: Column } | null>(null);
  let place = 0;
  return (
    <div className="ts-head" role="rowgroup">
      <div className="ts-head-row ts-bands" aria-hidden="true">
        {bands.map(band => {
          const first = place;
          place += band.columns.length;
          const width = band.columns.map((_, index) => `var(--ts-w${first + index})`).join(' + ');
          const isPinned = first < pinned;
          return (
            <div
              key={first}
              className={`ts-band ts-kind-${band.kind}${isPinned ? ' ts-pinned' : ''}${place === pinned ? ' ts-pinned-last' : ''}`}
              style={{ width: `calc(${width})`, ...(isPinned ? { left: `var(--ts-l${first})` } : {}) }}
            >
              <span>{BANDS[band.kind] ? t(BANDS[band.kind]) : ''}</span>
            </div>
          );
        })}
      </div>
      <div className="ts-head-row" role="row" aria-rowindex={1}>
        {columns.map((column, index) => (
          <ColumnHead
            key={column.key}
            {...props}
            column={column}
            index={index}
            onMenu={anchor => setMenu({ anchor, column })}
          />
        ))}
      </div>
      {menu ? (
        <Menu
          anchor={menu.anchor}
          label={t('Column {name}', { name: visible(menu.column.name) })}
          items={columnMenu(menu.column, props, t)}
          onClose={() => setMenu(null)}
        />
      ) : null}
    </div>
  );
}

function columnMenu(column: Column, props: HeadProps, t: ReturnType<typeof useWords>): readonly (MenuItem | null)[] {
  const { actions, columns, pinned } = props;
  const index = columns.indexOf(column);
  const sorts: MenuItem[] = [
    { label: t('Sort'), icon: 'arrowDown', keys: t('click'), run: () => actions.sort(column, false) },
    {
      label: t('Sort by this as well'),
      icon: 'arrowDown',
      keys: t('Shift+click'),
      run: () => actions.sort(column, true)
    }
  ];
  if (index === 0) {
    return sorts;
  }
  const isGrouped = column.kind === 'param' || ['notebook', 'author', 'branch', 'status'].includes(column.key);
  return [
    ...sorts,
    null,
    {
      label: index < pinned ? t('Unpin') : t('Pin to the left'),
      icon: 'pin',
      run: () => actions.pin(column)
    },
    { label: t('Move left'), icon: 'chevronLeft', keys: 'Alt ←', run: () => actions.move(column, -1) },
    { label: t('Move right'), icon: 'chevronRight', keys: 'Alt →', run: () => actions.move(column, 1) },
    ...(isGrouped ? [{ label: t('Group by this'), icon: 'group' as const, run: () => actions.group(column) }] : []),
    { label: t('Width as at first'), icon: 'columns', run: () => actions.resetWidth(column) },
    null,
    { label: t('Hide'), icon: 'eyeOff', run: () => actions.hide(column) }
  ];
}

const DRAGGED = 'application/x-trackside-column';

function ColumnHead(
  props: HeadProps & { readonly column: Column; readonly index: number; readonly onMenu: (anchor: Anchor) => void }
): ReactElement {
  const { column, index, pinned, headers, sort, actions, onMenu } = props;
  const t = useWords();
  const [isOver, setOver] = useState(false);
  const header = headers[index];
  const place = sort.findIndex(key => key.key === column.sort);
  const key = sort[place];
  const isFixed = index === 0;
  const name = visible(t(column.name), 60);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight') && !isFixed) {
      event.preventDefault();
      event.stopPropagation();
      actions.move(column, event.key === 'ArrowLeft' ? -1 : 1);
    } else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      event.preventDefault();
      onMenu(event.currentTarget);
    }
  };
  const drag = {
    draggable: !isFixed,
    onDragStart: (event: DragEvent) => event.dataTransfer.setData(DRAGGED, column.key),
    onDragOver: (event: DragEvent) => {
      if (!isFixed && event.dataTransfer.types.includes(DRAGGED)) {
        event.preventDefault();
        setOver(true);
      }
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      actions.place(event.dataTransfer.getData(DRAGGED), column.key);
    }
  };
  return (
    <div
      role="columnheader"
      aria-colindex={index + 1}
      aria-sort={key ? (key.down ? 'descending' : 'ascending') : 'none'}
      className={`${cellClass(column, index, pinned, false)} ts-headcell${isOver ? ' ts-headcell-over' : ''}`}
      style={cellStyle(index, pinned)}
      onContextMenu={(event: MouseEvent) => {
        event.preventDefault();
        onMenu({ x: event.clientX, y: event.clientY });
      }}
      {...drag}
    >
      <button
        type="button"
        className="ts-sort"
        title={`${name}\n${t('Click sorts, Shift+click adds, Alt+arrows move')}`}
        onClick={event => actions.sort(column, event.shiftKey)}
        onKeyDown={onKeyDown}
      >
        <span className="ts-headcell-name">{name}</span>
        {column.kind === 'metric' && column.direction !== 'unknown' ? (
          <span
            className="ts-headdirection"
            title={column.direction === 'higher' ? t('higher is better') : t('lower is better')}
          >
            {column.direction === 'higher' ? '↗' : '↘'}
          </span>
        ) : null}
        {key ? <Icon name={key.down ? 'arrowDown' : 'arrowUp'} /> : null}
        {key && sort.length > 1 ? <span className="ts-sort-place">{place + 1}</span> : null}
      </button>
      {header ? (
        <span
          className={header.column.getIsResizing() ? 'ts-resize ts-resize-on' : 'ts-resize'}
          role="presentation"
          draggable
          onDragStart={event => {
            event.preventDefault();
            event.stopPropagation();
          }}
          onMouseDown={header.getResizeHandler()}
          onTouchStart={header.getResizeHandler()}
          onDoubleClick={() => actions.resetWidth(column)}
        />
      ) : null}
    </div>
  );
}
