/** What stands in the cells of the table. */

import { memo } from 'react';
import type { ReactElement } from 'react';
import type { RunRow, Spread } from '../../contract';
import type { Column } from '../../model/columns';
import {
  formatAge,
  formatDuration,
  formatMoment,
  formatAligned,
  formatNumber,
  formatShort,
  formatValue,
  toNumber,
  visible
} from '../../model/format';
import { Delta, Sparkline, StatusPill, Tag } from '../parts';

/** Props of a cell; `best` is the best value of the metric among the matching runs. */
export interface CellProps {
  readonly row: RunRow;
  readonly column: Column;
  readonly baseline: RunRow | null;
  readonly best: number | undefined;
  readonly isMain: boolean;
  readonly now: number;
}

/** The content of one cell. */
export const CellContent = memo(function CellContent(props: CellProps): ReactElement | null {
  const { column, row } = props;
  if (column.kind === 'metric') {
    return <MetricContent {...props} />;
  }
  if (column.kind === 'param') {
    return <ParamContent {...props} />;
  }
  return <FieldContent row={row} column={column} now={props.now} />;
});

function MetricContent({ row, column, best, isMain }: CellProps): ReactElement | null {
  const cell = row.metrics[column.name];
  if (!cell) {
    return <span className="ts-nothing">–</span>;
  }
  const isBest = best !== undefined && toNumber(cell.last) === best;
  return (
    <>
      {isMain && row.spark.length > 1 ? <Sparkline values={row.spark} width={52} /> : null}
      <span className={isBest ? 'ts-number ts-number-best' : 'ts-number'} title={String(cell.last)}>
        {formatAligned(cell.last)}
      </span>
      <span className="ts-gridcell-delta">
        <Delta delta={cell.delta} verdict={cell.verdict} />
      </span>
    </>
  );
}

function ParamContent({ row, column, baseline }: CellProps): ReactElement {
  const value = row.params[column.name];
  if (value === undefined) {
    return <span className="ts-nothing">–</span>;
  }
  const isLike = baseline !== null && JSON.stringify(value) === JSON.stringify(baseline.params[column.name]);
  const text = formatValue(value);
  return (
    <span className={isLike ? 'ts-setting ts-setting-like' : 'ts-setting'} title={text}>
      {formatShort(value, 120)}
    </span>
  );
}

function FieldContent(props: { readonly row: RunRow; readonly column: Column; readonly now: number }): ReactElement {
  const { row, column, now } = props;
  switch (column.key) {
    case 'started':
      return (
        <span className="ts-soft" title={formatMoment(row.started)}>
          {formatAge(row.started, now)}
        </span>
      );
    case 'duration':
      return (
        <span className="ts-soft">{formatDuration(row.status === 'open' ? now - row.started : row.duration)}</span>
      );
    case 'status':
      return <StatusPill status={row.status} />;
    case 'tags':
      return (
        <span className="ts-gridcell-tags">
          {row.tags.map(tag => (
            <Tag key={tag} name={tag} />
          ))}
        </span>
      );
    case 'commit':
      return <code>{row.oid?.slice(0, 8) ?? '–'}</code>;
    default:
      return <TextContent text={textOf(row, column.key)} />;
  }
}

function TextContent({ text }: { readonly text: string | null }): ReactElement {
  return text ? (
    <span className="ts-text" title={visible(text, 1000)}>
      {visible(text, 160)}
    </span>
  ) : (
    <span className="ts-nothing">–</span>
  );
}

function textOf(row: RunRow, key: string): string | null {
  switch (key) {
    case 'note':
      return row.note;
    case 'notebook':
      return row.notebook?.split('/').at(-1) ?? null;
    case 'author':
      return row.author;
    case 'remotes':
      return row.remotes.join(', ');
    case 'branch':
      return row.branch;
    case 'title':
      return row.title;
    default:
      return null;
  }
}

/** The mean of a metric over a group, with the spread. */
export function SpreadContent({ spread }: { readonly spread: Spread | undefined }): ReactElement {
  if (!spread || spread.mean === null) {
    return <span className="ts-nothing">–</span>;
  }
  return (
    <>
      <span className="ts-number">{formatAligned(spread.mean)}</span>
      {spread.sd !== null ? <span className="ts-soft ts-spread">± {formatNumber(rounded(spread.sd))}</span> : null}
    </>
  );
}

/** Two digits of a spread are all that mean anything. */
function rounded(value: number): number {
  return Number(value.toPrecision(2));
}
