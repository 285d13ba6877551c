/** Kinds of what is stored, with their share of everything, in the words of the command line. */

import { Fragment } from 'react';
import type { ReactElement } from 'react';
import type { Storage } from '../../contract';
import { formatCount, formatSize, visible } from '../../model/format';
import { kindsOf } from '../../model/storage';
import type { Kind, Unneeded } from '../../model/storage';
import { useWords } from '../services';

const KINDS: Readonly<Record<Kind['kind'], string>> = {
  experiments: 'runs, in Git',
  trash: 'deleted runs, in Git',
  journals: 'journals',
  index: 'index',
  restores: 'kept by restore',
  own: 'cache of this clone',
  dvc: "DVC's cache"
};

const UNNEEDED: Readonly<Record<Unneeded['what'], string>> = {
  needless: 'needless: gc --force --files',
  outside: 'needless: gc --force --files --outside',
  young: 'needless, but young or linked',
  strange: 'needless, not put there by Trackside'
};

/** Draw the kinds. */
export function Kinds({ storage }: { readonly storage: Storage }): ReactElement {
  const t = useWords();
  return (
    <table className="ts-space-table" aria-label={t('By kind')}>
      <thead>
        <tr>
          <th scope="col">{t('what')}</th>
          <th scope="col" className="ts-space-number">
            {t('things')}
          </th>
          <th scope="col" className="ts-space-number">
            {t('size')}
          </th>
          <th scope="col" className="ts-space-where">
            {t('where')}
          </th>
        </tr>
      </thead>
      <tbody>
        {kindsOf(storage).map(kind => (
          <Fragment key={`${kind.kind} ${kind.where}`}>
            <tr className={kind.bytes ? '' : 'ts-soft'}>
              <th scope="row">{t(KINDS[kind.kind])}</th>
              <td className="ts-space-number">{formatCount(kind.things)}</td>
              <td className="ts-space-number">
                {kind.bytes ? (
                  <span className="ts-space-bar" aria-hidden="true">
                    <span style={{ width: `${(kind.share * 100).toFixed(1)}%` }} />
                  </span>
                ) : null}
                <span className="ts-space-size">{formatSize(kind.bytes)}</span>
              </td>
              <td className="ts-space-where" title={visible(kind.where)}>
                {visible(kind.seen, 200)}
              </td>
            </tr>
            {kind.unneeded.map(each => (
              <tr key={each.what} className="ts-space-of">
                <th scope="row" colSpan={2}>
                  {t(UNNEEDED[each.what])}
                </th>
                <td className="ts-space-number">{formatSize(each.bytes)}</td>
                <td className="ts-space-where" />
              </tr>
            ))}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}
