/** The bar over the table: filter, groups, columns, what is the same in all, export. */

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Place, RunRow } from '../../contract';
import type { TableChoices } from '../../model/choices';
import type { Column, Columns } from '../../model/columns';
import { formatCount, visible } from '../../model/format';
import type { Head } from '../../model/rows';
import { Button, Icon, IconButton, Menu } from '../parts';
import { QueryBar, QueryError } from '../runs/QueryBar';
import { QuickFilters, Said } from '../runs/QuickFilters';
import { counted, useWords } from '../services';
import { ShareMenu } from '../sharing/ShareMenu';
import { MoreMenu } from '../storage/MoreMenu';
import { ColumnsPopover, KeysPopover, SamePopover } from './ColumnsPopover';

/** Props of the bar. */
export interface ToolbarProps {
  readonly place: Place;
  readonly head: Head | null;
  readonly known: () => readonly RunRow[];
  readonly error: unknown;
  readonly choices: TableChoices;
  readonly columns: Columns;
  readonly onChange: (change: (choices: TableChoices) => TableChoices) => void;
  readonly onShow: (column: Column, isShown: boolean) => void;
  readonly onExport: () => void;
  readonly onRefresh: () => void;
  readonly keysAt: Element | null;
  readonly onKeys: (anchor: Element | null) => void;
}

/** Draw the bar. */
export function Toolbar(props: ToolbarProps): ReactElement {
  const { place, head, known, error, choices, onChange } = props;
  const t = useWords();
  return (
    <div className="ts-toolbar">
      <div className="ts-toolbar-row">
        <span className="ts-toolbar-title" title={visible(place.folder || place.name)}>
          {visible(place.name, 60)}
          {place.branch ? (
            <span className="ts-branch">
              <Icon name="branch" />
              <span>{visible(place.branch, 40)}</span>
            </span>
          ) : null}
        </span>
        <QueryBar
          query={choices.query}
          onQuery={query => onChange(so => ({ ...so, query }))}
          head={head}
          known={known}
          error={error}
          placeholder={t('Filter: words, or metrics.acc > 0.9 and params.model == "rf"')}
        />
        <Tools {...props} />
      </div>
      <div className="ts-toolbar-row ts-toolbar-second">
        <QuickFilters
          me={place.me}
          quick={choices.quick}
          onQuick={quick => onChange(so => ({ ...so, quick }))}
          archived={choices.archived}
          onArchived={archived => onChange(so => ({ ...so, archived }))}
          archivedCount={head?.archived ?? 0}
        />
        <span className="ts-bar-space" />
        <Count head={head} />
      </div>
      <QueryError error={error} />
      <Said head={head} />
    </div>
  );
}

function Count({ head }: { readonly head: Head | null }): ReactElement | null {
  const t = useWords();
  if (!head) {
    return null;
  }
  const words =
    head.total === head.every
      ? counted(t, head.total, '1 run', '{n} runs')
      : t('{n} of {all} runs', { n: formatCount(head.total), all: formatCount(head.every) });
  return (
    <span className="ts-toolbar-count" role="status">
      <span>{words}</span>
      {head.baseline ? (
        <span className="ts-against" title={t('Changes are against this run')}>
          <Icon name="flag" />
          <span>{visible(head.baseline.name, 40)}</span>
        </span>
      ) : null}
    </span>
  );
}

type Opened = 'group' | 'columns' | 'same';

function Tools(props: ToolbarProps): ReactElement {
  const { place, head, choices, columns, onChange, onShow, onExport, onRefresh, keysAt, onKeys } = props;
  const t = useWords();
  const [opened, setOpened] = useState<{ what: Opened; anchor: Element } | null>(null);
  const close = (): void => setOpened(null);
  const open =
    (what: Opened) =>
    (event: { readonly currentTarget: Element }): void =>
      setOpened(opened?.what === what ? null : { what, anchor: event.currentTarget });
  const reset = (): void =>
    onChange(so => ({ ...so, columns: { hidden: [], shown: [], pinned: [], order: [], widths: {} } }));
  return (
    <div className="ts-tablebar">
      <Button
        icon="group"
        aria-haspopup="menu"
        className="ts-tool"
        aria-pressed={choices.group !== ''}
        onClick={open('group')}
      >
        <span className="ts-tool-words">{choices.group ? groupName(choices.group, t) : t('Group')}</span>
      </Button>
      <Button icon="columns" aria-haspopup="dialog" className="ts-tool" onClick={open('columns')}>
        <span className="ts-tool-words">{t('Columns')}</span>
      </Button>
      {columns.folded.length ? (
        <Button aria-haspopup="dialog" className="ts-tool ts-tool-same" onClick={open('same')}>
          {t('same in all: {n}', { n: columns.folded.length })}
        </Button>
      ) : null}
      <ShareMenu place={place} />
      <IconButton icon="download" label={t('Export as CSV')} onClick={onExport} />
      <IconButton icon="refresh" label={t('Refresh')} onClick={onRefresh} />
      <IconButton icon="question" label={t('Keys')} onClick={event => onKeys(keysAt ? null : event.currentTarget)} />
      <MoreMenu place={place} />
      {opened?.what === 'group' ? (
        <Menu
          anchor={opened.anchor}
          label={t('Group')}
          items={groupItems(head, choices.group, group => onChange(so => ({ ...so, group })), t)}
          onClose={close}
        />
      ) : null}
      {opened?.what === 'columns' ? (
        <ColumnsPopover anchor={opened.anchor} columns={columns} onShow={onShow} onReset={reset} onClose={close} />
      ) : null}
      {opened?.what === 'same' ? (
        <SamePopover
          anchor={opened.anchor}
          facts={columns.folded}
          total={head?.total ?? 0}
          onShow={onShow}
          onClose={close}
        />
      ) : null}
      {keysAt ? <KeysPopover anchor={keysAt} onClose={() => onKeys(null)} /> : null}
    </div>
  );
}

const GROUPS: Readonly<Record<string, string>> = {
  twins: 'Same code and parameters',
  notebook: 'Notebook',
  branch: 'Branch',
  author: 'Author',
  status: 'Status'
};

function groupName(group: string, t: ReturnType<typeof useWords>): string {
  const known = GROUPS[group];
  return known ? t(known) : visible(group.replace(/^params\./, ''), 30);
}

function groupItems(
  head: Head | null,
  group: string,
  choose: (group: string) => void,
  t: ReturnType<typeof useWords>
): ReturnType<typeof itemOf>[] {
  const params = (head?.columns ?? []).filter(fact => fact.kind === 'param' && !fact.same).slice(0, 30);
  return [
    itemOf(t('No groups'), '', group, choose),
    ...Object.entries(GROUPS).map(([name, label]) => itemOf(t(label), name, group, choose)),
    ...params.map(fact => itemOf(visible(fact.name, 40), `params.${fact.name}`, group, choose))
  ];
}

function itemOf(
  label: string,
  name: string,
  group: string,
  choose: (group: string) => void
): { label: string; checked: boolean; run: () => void } {
  return { label, checked: name === group, run: () => choose(name) };
}
