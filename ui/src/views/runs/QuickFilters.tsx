/** Filters that are one press away, and what the server has to say about a filter. */

import type { ReactElement } from 'react';
import type { Person } from '../../contract';
import { visible } from '../../model/format';
import { runsOf } from '../../model/query';
import type { QuickFilter } from '../../model/query';
import type { Head } from '../../model/rows';
import { Icon } from '../parts';
import type { IconName } from '../parts';
import { useWords } from '../services';

const QUICK: readonly (readonly [QuickFilter, string, IconName])[] = [
  ['starred', 'Starred', 'star'],
  ['open', 'Running', 'running'],
  ['failed', 'Failed', 'error'],
  ['mine', 'Mine', 'person']
];

/** Draw the quick filters as switches; the person's own runs only where Git knows who that is. */
export function QuickFilters(props: {
  readonly me: Person | null;
  readonly quick: readonly QuickFilter[];
  readonly onQuick: (quick: readonly QuickFilter[]) => void;
  readonly archived: boolean;
  readonly onArchived: (archived: boolean) => void;
  readonly archivedCount: number;
}): ReactElement {
  const { me, quick, onQuick, archived, onArchived, archivedCount } = props;
  const t = useWords();
  return (
    <div className="ts-quick" role="group" aria-label={t('Quick filters')}>
      {QUICK.filter(([name]) => name !== 'mine' || runsOf(me)).map(([name, label, icon]) => {
        const isOn = quick.includes(name);
        const next = isOn ? quick.filter(one => one !== name) : [...quick, name];
        return <Switch key={name} icon={icon} label={t(label)} isOn={isOn} onPress={() => onQuick(next)} />;
      })}
      {archivedCount > 0 || archived ? (
        <Switch
          icon="archive"
          label={t('Archived')}
          count={archivedCount}
          isOn={archived}
          onPress={() => onArchived(!archived)}
        />
      ) : null}
    </div>
  );
}

function Switch(props: {
  readonly icon: IconName;
  readonly label: string;
  readonly isOn: boolean;
  readonly count?: number;
  readonly onPress: () => void;
}): ReactElement {
  const { icon, label, isOn, count, onPress } = props;
  return (
    <button type="button" className="ts-switch" aria-pressed={isOn} title={label} onClick={onPress}>
      <Icon name={icon} filled={isOn && icon === 'star'} />
      <span>{label}</span>
      {count ? <span className="ts-soft">{count}</span> : null}
    </button>
  );
}

/** Sentences of the server for the reader, such as a misspelt name in the filter. */
export function Said({ head }: { readonly head: Head | null }): ReactElement | null {
  if (!head || head.said.length === 0 || head.total === 0) {
    return null;
  }
  return (
    <div className="ts-said" role="status">
      {head.said.map(sentence => (
        <p key={sentence}>
          <Icon name="info" />
          {visible(sentence)}
        </p>
      ))}
    </div>
  );
}
