/** One row of the table. */

import { memo } from 'react';
import type { ReactElement, ReactNode } from 'react';
import type { Group, RunRow } from '../../contract';
import type { Column } from '../../model/columns';
import { formatCount, visible } from '../../model/format';
import { Icon, StatusDot } from '../parts';
import { Alias, Badges, RowControls, Tick } from '../runs/RowParts';
import type { RowActs } from '../runs/RowParts';
import { counted, useWords } from '../services';
import { isDrawn } from './across';
import type { Across } from './across';
import { CellContent, SpreadContent } from './cells';

/** How high a row is, in pixels. */
export const TABLE_ROW = 30;

/** What all rows of a table share; one object for all, so that rows are drawn again only when it changes. */
export interface RowShared extends RowActs {
  readonly ids: string;
  readonly columns: readonly Column[];
  readonly pinned: number;
  readonly across: Across;
  readonly baseline: RunRow | null;
  readonly best: ReadonlyMap<string, number>;
  readonly mainMetric: string | null;
  readonly onEdit: (field: 'name' | 'tags' | 'note', row: RunRow, index: number) => void;
  readonly onEye: (row: RunRow) => void;
  readonly onFold: (group: Group) => void;
}

/** Props of a row. */
export interface TableRowProps {
  readonly shared: RowShared;
  readonly row: RunRow;
  readonly index: number;
  readonly top: number;
  readonly now: number;
  readonly isBest: boolean;
  readonly isSelected: boolean;
  readonly isUnseen: boolean;
  readonly isChild: boolean;
  readonly colour: string;
  /** The column the keyboard is at; -1 when it is not in this row. */
  readonly at: number;
}

/** Where the cells of a column lie: widths are variables of the table, so resizing draws no row again. */
export function cellStyle(index: number, pinned: number): { width: string; left?: string } {
  const width = `var(--ts-w${index})`;
  return index < pinned ? { width, left: `var(--ts-l${index})` } : { width };
}

interface PlacedColumn {
  readonly column: Column;
  readonly place: number;
}

function drawnColumns({ columns, pinned, across }: RowShared): readonly PlacedColumn[] {
  return columns.flatMap((column, place) => (isDrawn(across, place, pinned) ? [{ column, place }] : []));
}

/** Stands before a cell for the columns left of it that are not drawn. */
function Gap({ shared, place }: { readonly shared: RowShared; readonly place: number }): ReactElement | null {
  const { pinned, across } = shared;
  return place === across.from && place > pinned ? <span className="ts-gap" role="presentation" /> : null;
}

/** Draw one cell at its place, after the gap of those that are not drawn. */
function Cell(props: {
  readonly shared: RowShared;
  readonly placed: PlacedColumn;
  readonly index: number;
  readonly at: number;
  readonly onDoubleClick?: () => void;
  readonly children: ReactNode;
}): ReactElement {
  const { shared, placed, index, at, onDoubleClick, children } = props;
  const { column, place } = placed;
  return (
    <>
      <Gap shared={shared} place={place} />
      <div
        id={`${shared.ids}-${index}-${place}`}
        role="gridcell"
        aria-colindex={place + 1}
        className={cellClass(column, place, shared.pinned, at === place)}
        style={cellStyle(place, shared.pinned)}
        onDoubleClick={onDoubleClick}
      >
        {children}
      </div>
    </>
  );
}

/** The classes of a cell. */
export function cellClass(column: Column, index: number, pinned: number, isAt: boolean): string {
  const pin = index < pinned ? (index === pinned - 1 ? ' ts-pinned ts-pinned-last' : ' ts-pinned') : '';
  return `ts-gridcell ts-kind-${column.kind}${pin}${isAt ? ' ts-gridcell-at' : ''}`;
}

/** Draw a run. */
export const TableRow = memo(function TableRow(props: TableRowProps): ReactElement {
  const { shared, row, index, top, now, isSelected, isChild, at } = props;
  const { baseline, best, mainMetric } = shared;
  const state = `${isSelected ? ' ts-row-selected' : ''}${row.archived ? ' ts-row-archived' : ''}`;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      aria-level={isChild ? 2 : undefined}
      className={`ts-row${state}${isChild ? ' ts-row-child' : ''}`}
      style={{ transform: `translateY(${top}px)` }}
      onClick={event => shared.onClick(event, row, index)}
      onContextMenu={event => shared.onMenu(event, row, index)}
    >
      {drawnColumns(shared).map(placed => {
        const { column, place } = placed;
        const isName = place === 0;
        const isEdited = column.key === 'tags' || column.key === 'note';
        return (
          <Cell
            key={column.key}
            shared={shared}
            placed={placed}
            index={index}
            at={at}
            onDoubleClick={() =>
              isEdited && row.oid ? shared.onEdit(column.key as 'tags' | 'note', row, index) : shared.onOpen(row)
            }
          >
            {isName ? (
              <NameContent {...props} />
            ) : (
              <CellContent
                row={row}
                column={column}
                baseline={baseline}
                best={best.get(column.name)}
                isMain={column.kind === 'metric' && column.name === mainMetric}
                now={now}
              />
            )}
          </Cell>
        );
      })}
    </div>
  );
});

function NameContent(props: TableRowProps): ReactElement {
  const { shared, row, index, isBest, at } = props;
  const t = useWords();
  const name = visible(row.name, 80);
  return (
    <>
      <Tick {...props} isReached={at >= 0} onTick={shared.onTick} />
      <Eye {...props} name={name} />
      <StatusDot status={row.status} />
      <span className="ts-row-name" title={row.title ? `${name}\n${visible(row.title)}` : name}>
        {name}
      </span>
      <Alias row={row} />
      {row.problem ? (
        <span
          className="ts-row-problem"
          title={visible(row.problem, 1000)}
          role="img"
          aria-label={visible(row.problem)}
        >
          <Icon name="error" />
        </span>
      ) : null}
      {row.warnings > 0 ? (
        <span
          className="ts-item-warnings"
          title={counted(t, row.warnings, '1 warning', '{n} warnings')}
          role="img"
          aria-label={counted(t, row.warnings, '1 warning', '{n} warnings')}
        >
          <Icon name="warning" />
        </span>
      ) : null}
      <Badges row={row} baseline={shared.baseline} isBest={isBest} />
      <span className="ts-bar-space" />
      <RowControls row={row} index={index} isReached={at >= 0} onMenu={shared.onMenu} onStar={shared.onStar} />
    </>
  );
}

function Eye(props: TableRowProps & { readonly name: string }): ReactElement {
  const { shared, row, isUnseen, colour, at, name } = props;
  const t = useWords();
  return (
    <button
      type="button"
      className={isUnseen ? 'ts-swatch ts-swatch-off' : 'ts-swatch'}
      style={{ color: colour }}
      aria-pressed={!isUnseen}
      aria-label={t('Show {name} in charts', { name })}
      title={isUnseen ? t('Left out of charts') : t('Shown in charts')}
      tabIndex={at >= 0 ? 0 : -1}
      onClick={event => {
        event.stopPropagation();
        shared.onEye(row);
      }}
      onDoubleClick={event => event.stopPropagation()}
    >
      <span className="ts-swatch-dot" />
      <Icon name={isUnseen ? 'eyeOff' : 'eye'} />
    </button>
  );
}

/** Draw a group of runs: what they agree on, how many they are, and their metrics as mean and spread. */
export const GroupRow = memo(function GroupRow(props: {
  readonly shared: RowShared;
  readonly group: Group;
  readonly index: number;
  readonly top: number;
  readonly isOpen: boolean;
  readonly at: number;
}): ReactElement {
  const { shared, group, index, top, isOpen, at } = props;
  const t = useWords();
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-level={1}
      aria-expanded={isOpen}
      className="ts-row ts-row-group"
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => shared.onFold(group)}
    >
      {drawnColumns(shared).map(placed => (
        <Cell key={placed.column.key} shared={shared} placed={placed} index={index} at={at}>
          {placed.place === 0 ? (
            <>
              <Icon name={isOpen ? 'chevronDown' : 'chevronRight'} />
              <span className="ts-row-name">{visible(group.label, 80).replace(/ ×\d+$/, '') || t('(none)')}</span>
              <span className="ts-count" title={counted(t, group.runs, '1 run', '{n} runs')}>
                {formatCount(group.runs)}
              </span>
            </>
          ) : placed.column.kind === 'metric' ? (
            <SpreadContent spread={group.metrics[placed.column.name]} />
          ) : null}
        </Cell>
      ))}
    </div>
  );
});
