/** Choose one parameter or metric. */

import type { ReactElement } from 'react';
import type { Axis } from '../../model/compare/axes';
import { visible } from '../../model/format';
import { useWords } from '../services';

export interface AxisSelectProps {
  readonly label: string;
  readonly axes: readonly Axis[];
  readonly value: string;
  /** An answer beside the axes, such as "Run". */
  readonly other?: { readonly value: string; readonly label: string };
  readonly onChoose: (id: string) => void;
}

/** Parameters and metrics stand in groups of their own. */
export function AxisSelect({ label, axes, value, other, onChoose }: AxisSelectProps): ReactElement {
  const t = useWords();
  const group = (kind: Axis['kind'], title: string): ReactElement | null => {
    const inside = axes.filter(axis => axis.kind === kind);
    return inside.length === 0 ? null : (
      <optgroup label={title}>
        {inside.map(axis => (
          <option key={axis.id} value={axis.id}>
            {visible(axis.name, 60)}
          </option>
        ))}
      </optgroup>
    );
  };
  return (
    <label className="ts-choose">
      {label}
      <select value={value} onChange={event => onChoose(event.target.value)}>
        {other ? <option value={other.value}>{other.label}</option> : null}
        {group('metric', t('Metrics'))}
        {group('param', t('Parameters'))}
      </select>
    </label>
  );
}
