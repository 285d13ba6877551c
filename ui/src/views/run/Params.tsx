/** The parameters of a run by box, each with where it came from; those that varied say so. */

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { ParamFact } from '../../contract';
import { visible } from '../../model/format';
import { collectBoxes } from '../../model/run/sections';
import type { ParamShown } from '../../model/run/sections';
import { useWords } from '../services';
import { OriginTag } from './Metrics';

const TITLES = { params: 'Parameters', data: 'Data', other: 'Other values' } as const;
/** From so many on they can be filtered. */
const MANY = 12;

export interface ParamsProps {
  readonly params: Readonly<Record<string, ParamFact>>;
}

/** One table for each box. */
export function Params({ params }: ParamsProps): ReactElement {
  const t = useWords();
  const [words, setWords] = useState('');
  const boxes = collectBoxes(params);
  const wanted = words.trim().toLowerCase();
  if (boxes.length === 0) {
    return <p className="ts-quiet">{t('No parameters: none were found or declared.')}</p>;
  }
  return (
    <>
      {Object.keys(params).length >= MANY ? (
        <div className="ts-controls">
          <input
            className="ts-words"
            type="search"
            value={words}
            placeholder={t('Filter parameters')}
            aria-label={t('Filter parameters')}
            onChange={event => setWords(event.target.value)}
          />
        </div>
      ) : null}
      {boxes.map(({ box, params: inside }) => {
        const chosen = inside.filter(({ name, text }) => `${name} ${text}`.toLowerCase().includes(wanted));
        return chosen.length === 0 ? null : (
          <div key={box} className="ts-wide ts-params" role="region" aria-label={t(TITLES[box])} tabIndex={0}>
            <table>
              <caption className={`ts-box-${box}`}>{t(TITLES[box])}</caption>
              <tbody>
                {chosen.map(param => (
                  <Param key={param.name} param={param} />
                ))}
              </tbody>
            </table>
          </div>
        );
      })}
    </>
  );
}

function Param({ param }: { readonly param: ParamShown }): ReactElement {
  const t = useWords();
  const name = visible(param.name, 120);
  return (
    <tr>
      <th scope="row" title={name}>
        {name}
      </th>
      <td className="ts-param-value" title={param.type}>
        {param.text}
        {param.over.length > 1 ? (
          <details className="ts-varies">
            <summary>{t('varies')}</summary>
            {param.over.join(' → ')}
          </details>
        ) : null}
      </td>
      <td>
        <OriginTag origin={param.origin} />
        {param.rule ? <span className="ts-rule">{param.rule}</span> : null}
      </td>
    </tr>
  );
}
