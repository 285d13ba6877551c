/** A stage for views: a source of golden answers, and a host that remembers what it was asked. */

import { render } from '@testing-library/react';
import type { RenderResult } from '@testing-library/react';
import type { ReactElement } from 'react';
import type { Changed, Comparison, Curves, Details, Place } from '../../src/contract';
import type { Source } from '../../src/source/source';
import type { Host } from '../../src/views/host';
import { ServicesProvider } from '../../src/views/services';
import { golden } from './golden';

export const place: Place = {
  format: 1,
  state: 'ready',
  id: 'place',
  name: 'study',
  folder: '',
  branch: 'main',
  me: null,
  message: '',
  hint: ''
};

export interface Stage {
  readonly source: Source;
  readonly host: Host;
  readonly asked: string[];
  tell(changed: Changed): void;
}

/** Answers from the golden files, `other` answers before them. */
export function setStage(other: Partial<Source> = {}): Stage {
  const asked: string[] = [];
  const listeners = new Set<(changed: Changed) => void>();
  const note =
    (name: string) =>
    (...args: readonly unknown[]): void =>
      void asked.push([name, ...args.map(arg => JSON.stringify(arg))].join(' '));
  const answers: Partial<Source> = {
    compare: async () => golden<Comparison>('comparison'),
    curves: async () => ({ ...golden<Curves>('curves'), curves: [] }),
    details: async () => golden<Details>('details'),
    executed: async () => golden('executed'),
    environment: async () => golden('environment'),
    notebook: async () => ({ cells: [] }),
    diff: async () => golden('diff'),
    image: async () => new Blob(['picture']),
    choices: async () => ({ format: 1, choices: {} }),
    saveChoices: async (_place, choices) => choices,
    annotate: async (...args) => {
      note('annotate')(...args);
      return { format: 1, names: [], message: '' };
    },
    seen: async () => ({ format: 1, names: [], message: '' }),
    remotes: async () => ({ format: 1, remotes: [] }),
    subscribe: listener => {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    }
  };
  const host: Host = {
    name: 'page',
    openTable: note('openTable'),
    openRun: note('openRun'),
    openCompare: note('openCompare'),
    openNotebook: note('openNotebook'),
    promote: note('promote'),
    notify: note('notify'),
    confirm: async () => true,
    copy: note('copy'),
    openAddress: note('openAddress'),
    download: name => note('download')(name)
  };
  return {
    source: { ...answers, ...other } as Source,
    host,
    asked,
    tell: changed => listeners.forEach(listener => listener(changed))
  };
}

/** Draw a view on the stage. */
export function draw(stage: Stage, view: ReactElement): RenderResult {
  return render(
    <ServicesProvider source={stage.source} host={stage.host}>
      {view}
    </ServicesProvider>
  );
}
