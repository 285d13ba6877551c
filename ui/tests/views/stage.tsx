/** A stage for views: a source that answers from the golden files, and a host that remembers what it was asked. */

import { render } from '@testing-library/react';
import type { RenderResult } from '@testing-library/react';
import type { ReactElement } from 'react';
import type { Change, Changed, Choices, Done, Page, Place, RunRow, Task } from '../../src/contract';
import type { PageRequest, Source } from '../../src/source/source';
import { SourceError } from '../../src/source/source';
import type { Host, Notice } from '../../src/views/host';
import { ServicesProvider } from '../../src/views/services';
import { golden } from '../golden';

/** What happened on the stage. */
export interface Stage extends RenderResult {
  readonly calls: (readonly [string, ...unknown[]])[];
  readonly notices: Notice[];
  readonly saved: Choices[];
  rows: readonly RunRow[];
  change(changed: Partial<Changed>): void;
}

/** A place that is ready. */
export const PLACE: Place = golden<Place>('place');

/** How the source answers, where not as in the golden files. */
export interface Staging {
  readonly page?: (request: PageRequest) => Page | SourceError;
  readonly choices?: Choices['choices'];
  readonly overrides?: Partial<Source>;
}

/** Put a view on the stage. */
export function stage(view: ReactElement, staging: Staging = {}): Stage {
  const page = golden<Page>('page');
  const calls: Stage['calls'] = [];
  const notices: Notice[] = [];
  const saved: Choices[] = [];
  const listeners = new Set<(changed: Changed) => void>();
  const state = { rows: page.rows as readonly RunRow[] };
  const done = (names: readonly string[]): Promise<Done> =>
    Promise.resolve({ format: 1, names: [...names], message: `Did it to ${names.join(', ')}.` });
  const nameOf = (id: string): string => page.rows.find(row => row.id === id)?.name ?? id;
  const answers: Partial<Source> = {
    about: () => Promise.resolve({ format: 1, version: '0', git: '2.40' }),
    place: () => Promise.resolve(PLACE),
    page: (_place, request) => {
      calls.push(['page', request]);
      const rows = state.rows.slice(request.offset, request.offset + request.limit);
      const answer = staging.page?.(request) ?? { ...page, total: state.rows.length, every: state.rows.length, rows };
      return answer instanceof SourceError ? Promise.reject(answer) : Promise.resolve(answer);
    },
    groups: (_place, request) => {
      calls.push(['groups', request]);
      return Promise.resolve(golden('groups-twins'));
    },
    choices: () => Promise.resolve({ format: 1, choices: staging.choices ?? {} }),
    saveChoices: (_place, choices) => {
      saved.push(choices);
      return Promise.resolve(choices);
    },
    annotate: (_place, runs, change: Change) => {
      calls.push(['annotate', runs, change]);
      return done(runs);
    },
    rename: (_place, run, name) => {
      calls.push(['rename', run, name]);
      return done([name]);
    },
    delete: (_place, runs) => {
      calls.push(['delete', runs]);
      state.rows = state.rows.filter(row => !runs.includes(row.id));
      return done(runs.map(nameOf));
    },
    undelete: (_place, names) => {
      calls.push(['undelete', names]);
      state.rows = page.rows;
      return done(names);
    },
    end: (_place, run, discard) => {
      calls.push(['end', run, discard]);
      return done([run]);
    },
    previewPromotion: (_place, asked) => {
      calls.push(['preview', asked.run, asked.branch]);
      return Promise.resolve(golden(asked.branch.includes('taken') ? 'preview-taken' : 'preview'));
    },
    promote: (_place, asked) => {
      calls.push(['promote', asked.run, asked.branch, asked]);
      return Promise.resolve(golden('task-running'));
    },
    storage: place => {
      calls.push(['storage', place]);
      return Promise.resolve({ ...golden<Task>('task-running'), id: golden<Task>('task-storage').id, kind: 'storage' });
    },
    task: () => Promise.resolve(golden('task')),
    remotes: () => Promise.resolve(golden('remotes')),
    held: () => Promise.resolve(golden('held')),
    seen: (_place, runs) => {
      calls.push(['seen', runs]);
      return done(runs);
    },
    push: (_place, asked) => {
      calls.push(['push', asked]);
      return Promise.resolve({ ...golden<Task>('task-running'), kind: 'push' });
    },
    pull: (_place, asked) => {
      calls.push(['pull', asked]);
      return Promise.resolve({ ...golden<Task>('task-running'), kind: 'pull' });
    },
    cancel: id => {
      calls.push(['cancel', id]);
      return Promise.resolve({ ...golden<Task>('task-running'), state: 'cancelled' });
    },
    subscribe: listener => {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
    ...staging.overrides
  };
  const host: Host = {
    name: 'page',
    openTable: place => calls.push(['openTable', place]),
    openRun: (_place, run) => calls.push(['openRun', run]),
    openCompare: (_place, runs) => calls.push(['openCompare', runs]),
    openNotebook: null,
    promote: (_place, run) => calls.push(['promoteAsked', run]),
    notify: notice => notices.push(notice),
    confirm: () => Promise.resolve(true),
    copy: text => calls.push(['copy', text]),
    openAddress: address => calls.push(['openAddress', address]),
    download: name => calls.push(['download', name])
  };
  const result = render(
    <ServicesProvider source={answers as Source} host={host}>
      {view}
    </ServicesProvider>
  );
  return {
    ...result,
    calls,
    notices,
    saved,
    get rows() {
      return state.rows;
    },
    set rows(rows) {
      state.rows = rows;
    },
    change: changed =>
      listeners.forEach(listener =>
        listener({ place: PLACE.id ?? '', revision: 'next', what: ['runs'], runs: [], ...changed })
      )
  };
}
