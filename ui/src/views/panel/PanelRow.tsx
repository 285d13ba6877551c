/** One run in the side panel: two lines that say how it is, how good, and what is different about it. */

import { memo } from 'react';
import type { ReactElement } from 'react';
import type { RunRow } from '../../contract';
import { differing } from '../../model/differing';
import { formatAge, formatDuration, formatMoment, formatAligned, visible } from '../../model/format';
import { Chip, Delta, Icon, Sparkline, StatusDot, Tag } from '../parts';
import { Alias, Badges, RowControls, Tick } from '../runs/RowParts';
import type { RowActs } from '../runs/RowParts';
import { counted, useWords } from '../services';

/** How high a row is, in pixels. */
export const PANEL_ROW = 54;

/** Props of a row. `now` in unix seconds; it moves every minute, for open runs every second. */
export interface PanelRowProps extends RowActs {
  readonly id: string;
  readonly row: RunRow;
  readonly index: number;
  readonly top: number;
  readonly now: number;
  readonly metric: string | null;
  readonly baseline: RunRow | null;
  readonly isBest: boolean;
  readonly isSelected: boolean;
  readonly isActive: boolean;
  readonly colour: string;
}

/** Draw a row. */
export const PanelRow = memo(function PanelRow(props: PanelRowProps): ReactElement {
  const { id, row, index, top, isSelected, isActive, onClick, onOpen, onMenu } = props;
  const name = visible(row.name, 80);
  const classes = `ts-item${isSelected ? ' ts-item-selected' : ''}${isActive ? ' ts-item-active' : ''}`;
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isSelected}
      className={`${classes}${row.archived ? ' ts-item-archived' : ''}`}
      style={{ transform: `translateY(${top}px)`, height: PANEL_ROW }}
      onClick={event => onClick(event, row, index)}
      onDoubleClick={() => onOpen(row)}
      onContextMenu={event => onMenu(event, row, index)}
    >
      <div className="ts-item-line" role="gridcell">
        <span className="ts-item-mark">
          <StatusDot status={row.status} />
          <Tick {...props} isReached={isActive} />
        </span>
        <span className="ts-item-name" title={row.title ? `${name}\n${visible(row.title)}` : name}>
          {name}
        </span>
        <Alias row={row} />
        <Badges {...props} />
        <span className="ts-bar-space" />
        <MainMetric {...props} />
      </div>
      <div className="ts-item-line ts-item-second" role="gridcell">
        <Differences {...props} />
        <When {...props} />
        <RowControls {...props} isReached={isActive} />
      </div>
    </div>
  );
});

function MainMetric({ row, metric }: PanelRowProps): ReactElement | null {
  const cell = metric === null ? undefined : row.metrics[metric];
  if (!cell || metric === null) {
    return null;
  }
  return (
    <>
      {row.spark.length > 1 ? <Sparkline values={row.spark} width={44} /> : null}
      <span className="ts-item-value" title={visible(metric)}>
        {formatAligned(cell.last)}
      </span>
      <span className="ts-item-delta">
        <Delta delta={cell.delta} verdict={cell.verdict} short />
      </span>
    </>
  );
}

function Differences({ row, baseline }: PanelRowProps): ReactElement {
  const t = useWords();
  if (row.problem) {
    return (
      <span className="ts-item-problem" title={visible(row.problem)}>
        <Icon name="warning" />
        <span>{visible(row.problem, 200)}</span>
      </span>
    );
  }
  const chips = differing(row, baseline);
  return (
    <span className="ts-item-chips">
      {row.tags.slice(0, 2).map(tag => (
        <Tag key={tag} name={tag} />
      ))}
      {chips.slice(0, 6).map(([name, value]) => (
        <Chip key={name} name={name} value={value} was={baseline?.params[name]} differs={baseline !== null} />
      ))}
      {chips.length === 0 && row.tags.length === 0 ? (
        <span className="ts-soft">
          {visible(row.title, 60) || (baseline && baseline.id !== row.id ? t('same settings') : '')}
        </span>
      ) : null}
    </span>
  );
}

function When({ row, now }: PanelRowProps): ReactElement {
  const t = useWords();
  const isOpen = row.status === 'open';
  const words = isOpen ? formatDuration(Math.max(row.duration, now - row.started)) : formatAge(row.started, now);
  const by = row.author ? `\n${visible(row.author)}` : '';
  return (
    <>
      {row.warnings > 0 ? (
        <span className="ts-item-warnings" title={counted(t, row.warnings, '1 warning', '{n} warnings')}>
          <Icon name="warning" />
          {row.warnings}
        </span>
      ) : null}
      <span
        className={isOpen ? 'ts-item-when ts-item-live' : 'ts-item-when'}
        title={`${formatMoment(row.started)} · ${formatDuration(row.duration)}${by}`}
      >
        {words}
      </span>
    </>
  );
}
