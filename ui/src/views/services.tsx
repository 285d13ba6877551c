/** What every view is given: the source of runs, the host around it, and the words. */

import { createContext, useContext, useMemo } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { formatCount } from '../model/format';
import type { Source } from '../source/source';
import type { Host, Words } from './host';

/** What a view may use, the same for every place. */
export interface Services {
  readonly source: Source;
  readonly host: Host;
  readonly t: Words;
}

/** Fills `{name}` in a text; the translator of hosts that have no translations. */
export const plainWords: Words = (text, values) =>
  values ? text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)) : text;

const Context = createContext<Services | null>(null);

/** Give `services` to all views inside; also draws the root element that carries the tokens. */
export function ServicesProvider(props: {
  readonly source: Source;
  readonly host: Host;
  readonly t?: Words;
  readonly children?: ReactNode;
}): ReactElement {
  const { source, host, t = plainWords, children } = props;
  const services = useMemo(() => ({ source, host, t }), [source, host, t]);
  return (
    <Context.Provider value={services}>
      <div className="ts-root">{children}</div>
    </Context.Provider>
  );
}

/** Use the services of the nearest provider. */
export function useServices(): Services {
  const services = useContext(Context);
  if (!services) {
    throw new Error('A view of Trackside stands outside a ServicesProvider.');
  }
  return services;
}

/** Use the translator alone. */
export function useWords(): Words {
  return useServices().t;
}

/** Word a count: `1 run`, `2 runs`; `{n}` stands for the number. */
export function counted(t: Words, count: number, one: string, many: string): string {
  return t(count === 1 ? one : many, { n: formatCount(count) });
}
