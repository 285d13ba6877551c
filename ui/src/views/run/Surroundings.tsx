/** What a run ran on: machine, Python, and every package with its version. */

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Environment } from '../../contract';
import { formatCount, visible } from '../../model/format';
import { Button } from '../parts';
import { useWords } from '../services';

/** Packages shown before one asks for all. */
const FIRST = 24;

/** The facts, and packages that can be searched. */
export function Surroundings({ environment }: { readonly environment: Environment }): ReactElement {
  const t = useWords();
  const [words, setWords] = useState('');
  const [isAll, setAll] = useState(false);
  const { facts } = environment;
  const wanted = words.trim().toLowerCase();
  const packages = Object.entries(environment.packages)
    .filter(([name]) => name.toLowerCase().includes(wanted))
    .sort(([one], [other]) => one.localeCompare(other, 'en', { sensitivity: 'base' }));
  const shown = isAll || wanted ? packages : packages.slice(0, FIRST);
  const machine = facts
    ? ([
        [t('Python'), facts.python],
        [t('Platform'), facts.platform],
        [t('CPU'), facts.cpu],
        [t('GPU'), facts.gpu]
      ] as const)
    : [];
  if (!facts && packages.length === 0 && !wanted) {
    return <p className="ts-quiet">{t('The environment of this run is not known.')}</p>;
  }
  return (
    <>
      <dl className="ts-machine">
        {machine
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{visible(value, 200)}</dd>
            </div>
          ))}
      </dl>
      <div className="ts-controls">
        <input
          className="ts-words"
          type="search"
          value={words}
          placeholder={t('Search packages')}
          aria-label={t('Search packages')}
          onChange={event => setWords(event.target.value)}
        />
        <span className="ts-quiet" aria-live="polite">
          {t('{count} packages', { count: formatCount(packages.length) })}
        </span>
      </div>
      <ul className="ts-packages">
        {shown.map(([name, version]) => (
          <li key={name}>
            <span>{visible(name, 80)}</span> <code>{visible(version, 60)}</code>
          </li>
        ))}
      </ul>
      {shown.length < packages.length ? (
        <Button look="quiet" onClick={() => setAll(true)}>
          {t('All {count}', { count: formatCount(packages.length) })}
        </Button>
      ) : null}
    </>
  );
}
