/** A choice of a few, all of them seen. */

import { useId } from 'react';
import type { ReactElement } from 'react';

export interface SegmentsProps<V extends string> {
  readonly label: string;
  readonly value: V;
  /** `refused`: why this one cannot be chosen now. */
  readonly choices: readonly { readonly value: V; readonly label: string; readonly refused?: string | null }[];
  readonly onChoose: (value: V) => void;
}

/** Draw the choices as a row of radio buttons. */
export function Segments<V extends string>(props: SegmentsProps<V>): ReactElement {
  const name = useId();
  return (
    <span className="ts-segments" role="radiogroup" aria-label={props.label}>
      {props.choices.map(choice => (
        <label key={choice.value} title={choice.refused ?? undefined} data-refused={choice.refused ? '' : undefined}>
          <input
            type="radio"
            name={name}
            checked={props.value === choice.value}
            disabled={Boolean(choice.refused)}
            onChange={() => props.onChoose(choice.value)}
          />
          <span>{choice.label}</span>
          {choice.refused ? <span className="ts-unseen">{choice.refused}</span> : null}
        </label>
      ))}
    </span>
  );
}
