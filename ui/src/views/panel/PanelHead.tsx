/** The head of the side panel: where one is, what the numbers below mean, and the order of the list. */

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Place } from '../../contract';
import { formatCount, visible } from '../../model/format';
import { referTo } from '../../model/query';
import type { Head } from '../../model/rows';
import { Icon, IconButton, Menu } from '../parts';
import { counted, useServices } from '../services';
import { ShareMenu } from '../sharing/ShareMenu';
import { MoreMenu } from '../storage/MoreMenu';

/** Draw the head. */
export function PanelHead(props: {
  readonly place: Place;
  readonly head: Head | null;
  readonly sort: string;
  readonly onSort: (sort: string) => void;
  readonly onRefresh: () => void;
}): ReactElement {
  const { place, head, sort, onSort, onRefresh } = props;
  const { host, t } = useServices();
  const [anchor, setAnchor] = useState<Element | null>(null);
  const orders = [
    { label: t('Newest first'), sort: '' },
    { label: t('Oldest first'), sort: 'started' },
    ...bestFirst(head, t('Best first')),
    { label: t('By name'), sort: 'name' },
    { label: t('Longest first'), sort: '-duration' }
  ];
  return (
    <header className="ts-panel-head">
      <div className="ts-panel-where">
        <h2 title={visible(place.folder || place.name)}>{visible(place.name, 60)}</h2>
        {place.branch ? (
          <span className="ts-branch" title={t('Branch {name}', { name: visible(place.branch) })}>
            <Icon name="branch" />
            <span>{visible(place.branch, 60)}</span>
          </span>
        ) : null}
        <span className="ts-bar-space" />
        <IconButton
          icon="filter"
          label={t('Order of the list')}
          aria-haspopup="menu"
          onClick={event => setAnchor(event.currentTarget)}
        />
        <ShareMenu place={place} />
        <IconButton icon="refresh" label={t('Refresh')} onClick={onRefresh} />
        <IconButton
          icon="table"
          label={t('Open the experiments table')}
          onClick={() => host.openTable(place.id ?? '')}
        />
        <MoreMenu place={place} />
      </div>
      <Summary head={head} />
      {anchor ? (
        <Menu
          anchor={anchor}
          label={t('Order of the list')}
          items={orders.map(order => ({
            label: order.label,
            checked: order.sort === sort,
            run: () => onSort(order.sort)
          }))}
          onClose={() => setAnchor(null)}
        />
      ) : null}
    </header>
  );
}

function bestFirst(head: Head | null, label: string): readonly { label: string; sort: string }[] {
  const metric = head?.main_metric;
  if (!metric) {
    return [];
  }
  const fact = head.columns.find(one => one.kind === 'metric' && one.name === metric);
  const key = referTo('metrics', metric);
  return [{ label, sort: fact?.direction === 'lower' ? key : `-${key}` }];
}

function Summary({ head }: { readonly head: Head | null }): ReactElement | null {
  const { t } = useServices();
  if (!head || head.every === 0) {
    return null;
  }
  const count =
    head.total === head.every
      ? counted(t, head.total, '1 run', '{n} runs')
      : t('{n} of {all} runs', { n: formatCount(head.total), all: formatCount(head.every) });
  const metric = head.main_metric;
  return (
    <p className="ts-panel-summary">
      <span>{count}</span>
      {metric ? <span className="ts-metric">{visible(metric, 40)}</span> : null}
      {head.baseline ? (
        <span className="ts-against" title={t('Arrows and chips compare with this run')}>
          <Icon name="flag" />
          {visible(head.baseline.name, 40)}
        </span>
      ) : null}
    </p>
  );
}
