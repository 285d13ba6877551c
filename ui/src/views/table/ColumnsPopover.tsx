/** Which columns are shown, and what is the same in all runs. */

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { ColumnFact } from '../../contract';
import { columnOf } from '../../model/columns';
import type { Column, Columns } from '../../model/columns';
import { formatCount, formatValue, visible } from '../../model/format';
import { Button, Icon, IconButton, Popover } from '../parts';
import type { Anchor } from '../parts';
import { useWords } from '../services';

const KINDS: readonly (readonly [Column['kind'], string])[] = [
  ['metric', 'Metrics'],
  ['param', 'Parameters'],
  ['note', 'Notes'],
  ['field', 'Run'],
  ['origin', 'Origin']
];

/** Choose columns: ticks by kind, found by typing. */
export function ColumnsPopover(props: {
  readonly anchor: Anchor;
  readonly columns: Columns;
  readonly onShow: (column: Column, isShown: boolean) => void;
  readonly onReset: () => void;
  readonly onClose: () => void;
}): ReactElement {
  const { anchor, columns, onShow, onReset, onClose } = props;
  const t = useWords();
  const [text, setText] = useState('');
  const shown = new Set(columns.shown.map(column => column.key));
  const found = columns.offered.filter(column => column.name.toLowerCase().includes(text.trim().toLowerCase()));
  return (
    <Popover anchor={anchor} label={t('Columns')} className="ts-columns" onClose={onClose}>
      <div className="ts-columns-find">
        <input
          className="ts-input"
          autoFocus
          value={text}
          aria-label={t('Find a column')}
          placeholder={t('Find a column')}
          onChange={event => setText(event.target.value)}
        />
        <Button onClick={onReset}>{t('As at first')}</Button>
      </div>
      {KINDS.map(([kind, label]) => {
        const some = found.filter(column => column.kind === kind);
        return some.length ? (
          <fieldset key={kind} className={`ts-columns-kind ts-kind-${kind}`}>
            <legend>{t(label)}</legend>
            {some.slice(0, 200).map(column => (
              <label key={column.key} className="ts-columns-item">
                <input
                  type="checkbox"
                  checked={shown.has(column.key)}
                  onChange={event => onShow(column, event.target.checked)}
                />
                <span>{visible(t(column.name), 60)}</span>
              </label>
            ))}
          </fieldset>
        ) : null;
      })}
    </Popover>
  );
}

/** List what is the same in all runs that have it; each can be shown as a column after all. */
export function SamePopover(props: {
  readonly anchor: Anchor;
  readonly facts: readonly ColumnFact[];
  readonly total: number;
  readonly onShow: (column: Column, isShown: boolean) => void;
  readonly onClose: () => void;
}): ReactElement {
  const { anchor, facts, total, onShow, onClose } = props;
  const t = useWords();
  return (
    <Popover anchor={anchor} label={t('The same in all')} className="ts-same" onClose={onClose}>
      <p className="ts-soft">{t('The same in all runs that have it:')}</p>
      <dl>
        {facts.map(fact => (
          <div key={`${fact.kind} ${fact.name}`} className="ts-same-item">
            <dt className={`ts-kind-${fact.kind}`}>{visible(fact.name, 60)}</dt>
            <dd title={formatValue(fact.value)}>{formatValue(fact.value, 60)}</dd>
            {fact.runs < total ? <dd className="ts-soft">{t('in {n}', { n: formatCount(fact.runs) })}</dd> : null}
            <IconButton
              icon="columns"
              label={t('Show {name} as a column', { name: visible(fact.name) })}
              onClick={() => onShow(columnOf(fact), true)}
            />
          </div>
        ))}
      </dl>
    </Popover>
  );
}

/** The keys of the table. */
export function KeysPopover({
  anchor,
  onClose
}: {
  readonly anchor: Anchor;
  readonly onClose: () => void;
}): ReactElement {
  const t = useWords();
  const keys: readonly (readonly [string, string])[] = [
    ['↑ ↓ ← →', t('move')],
    ['Home End PgUp PgDn', t('move far')],
    ['Space', t('select')],
    ['Shift + ↑ ↓', t('select a range')],
    ['Ctrl + A', t('select all')],
    ['Esc', t('select none')],
    ['Enter', t('open the run, unfold a group')],
    ['C', t('compare the selected runs')],
    ['B', t('make it the baseline')],
    ['S', t('star')],
    ['T', t('tags')],
    ['N', t('note')],
    ['P', t('push the selected runs')],
    ['F2', t('rename')],
    ['Del', t('delete')],
    ['/', t('filter')],
    ['?', t('these keys')]
  ];
  return (
    <Popover anchor={anchor} label={t('Keys')} className="ts-keys" onClose={onClose}>
      <h3>
        <Icon name="question" />
        {t('Keys')}
      </h3>
      <dl>
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Popover>
  );
}
