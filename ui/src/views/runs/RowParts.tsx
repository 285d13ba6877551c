/** What a run's row has wherever it stands: the tick, the marks beside its name, star and menu. */

import type { MouseEvent, ReactElement } from 'react';
import type { RunRow } from '../../contract';
import { visible } from '../../model/format';
import { Icon, IconButton } from '../parts';
import { useWords } from '../services';

/** What rows do when something of them is pressed. */
export interface RowActs {
  readonly onClick: (event: MouseEvent, row: RunRow, index: number) => void;
  readonly onTick: (event: MouseEvent, row: RunRow, index: number) => void;
  readonly onOpen: (row: RunRow) => void;
  readonly onMenu: (event: MouseEvent, row: RunRow, index: number) => void;
  readonly onStar: (row: RunRow) => void;
}

interface PartProps {
  readonly row: RunRow;
  readonly index: number;
  /** Whether Tab stops at it: in one row of a list. */
  readonly isReached: boolean;
}

/** The box that selects a run. */
export function Tick(
  props: PartProps & { readonly isSelected: boolean; readonly onTick: RowActs['onTick'] }
): ReactElement {
  const { row, index, isReached, isSelected, onTick } = props;
  const t = useWords();
  return (
    <button
      type="button"
      role="checkbox"
      className="ts-tick"
      aria-checked={isSelected}
      aria-label={t('Select {name}', { name: visible(row.name, 80) })}
      tabIndex={isReached ? 0 : -1}
      onClick={event => onTick(event, row, index)}
      onDoubleClick={event => event.stopPropagation()}
    >
      {isSelected ? <Icon name="check" /> : null}
    </button>
  );
}

/** What somebody calls a run in another clone; nothing where that is its name. */
export function Alias({ row }: { readonly row: RunRow }): ReactElement | null {
  const t = useWords();
  return row.alias ? (
    <span className="ts-alias ts-soft" title={t('In another clone it was given this name')}>
      {t('also {name}', { name: visible(row.alias, 60) })}
    </span>
  ) : null;
}

/** Whether a run is new, the baseline, the best, promoted. */
export function Badges(props: {
  readonly row: RunRow;
  readonly baseline: RunRow | null;
  readonly isBest: boolean;
}): ReactElement {
  const { row, baseline, isBest } = props;
  const t = useWords();
  return (
    <>
      {row.fresh ? (
        <span className="ts-badge ts-badge-new" title={t('Came with a pull and was not looked at yet')}>
          {t('new')}
        </span>
      ) : null}
      {baseline?.id === row.id ? (
        <span className="ts-mark ts-mark-baseline" title={t('Baseline: others are compared with it')}>
          <Icon name="flag" />
          <span className="ts-unseen">{t('baseline')}</span>
        </span>
      ) : null}
      {isBest ? <span className="ts-badge">{t('best')}</span> : null}
      {row.promoted ? (
        <span className="ts-mark" title={t('Promoted to {branch}', { branch: visible(row.promoted) })}>
          <Icon name="branch" />
        </span>
      ) : null}
    </>
  );
}

/** Star and menu of a run. */
export function RowControls(props: PartProps & Pick<RowActs, 'onMenu' | 'onStar'>): ReactElement {
  const { row, index, isReached, onMenu, onStar } = props;
  const t = useWords();
  const name = visible(row.name, 80);
  const tabIndex = isReached ? 0 : -1;
  return (
    <span className="ts-item-controls" onDoubleClick={event => event.stopPropagation()}>
      {row.oid ? (
        <IconButton
          icon="star"
          filled={row.star}
          pressed={row.star}
          className={row.star ? 'ts-star ts-star-on' : 'ts-star'}
          label={row.star ? t('Take the star off {name}', { name }) : t('Star {name}', { name })}
          tabIndex={tabIndex}
          onClick={event => {
            event.stopPropagation();
            onStar(row);
          }}
        />
      ) : null}
      <IconButton
        icon="more"
        className="ts-more"
        aria-haspopup="menu"
        label={t('Actions for {name}', { name })}
        tabIndex={tabIndex}
        onClick={event => {
          event.stopPropagation();
          onMenu(event, row, index);
        }}
      />
    </span>
  );
}
