/** Plugin: tabs for the table, a comparison and a run, restored after a reload. */

import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { ReactElement } from 'react';
import { tracksideIcon } from './icon';
import { ids } from './ids';
import { show } from './stage';
import { ITracksideFocus, ITracksideHost, ITracksideSource } from './tokens';
import { Comparing, OneRun, Table, framed } from './views';

/** What a tab shows; kept in the layout, so that it comes back. */
interface Shown {
  readonly command: string;
  readonly args: ReadonlyPartialJSONObject;
  /** The same thing is shown once. */
  readonly key: string;
}

interface Ask {
  readonly place: string;
  readonly run: string;
  readonly runs: readonly string[];
}

function asked(args: ReadonlyPartialJSONObject): Ask {
  const { place, run, runs } = args;
  return {
    place: typeof place === 'string' ? place : '',
    run: typeof run === 'string' ? run : '',
    runs: Array.isArray(runs) ? runs.filter(each => typeof each === 'string') : []
  };
}

/** Opens tabs; a tab that is open already comes to the front. */
class Tabs {
  readonly tracker = new WidgetTracker<MainAreaWidget>({ namespace: 'trackside-tabs' });
  private readonly shown = new Map<string, Shown>();

  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly parts: ITracksideSource,
    private readonly host: ITracksideHost
  ) {}

  of(widget: MainAreaWidget): Shown {
    return this.shown.get(widget.id) ?? { command: '', args: {}, key: '' };
  }

  open(what: Shown, label: string, body: ReactElement): MainAreaWidget {
    let tab = this.tracker.find(each => this.of(each).key === what.key);
    if (!tab) {
      const content = ReactWidget.create(framed(this.parts, this.host, body));
      content.addClass('ts-lab-tab');
      tab = new MainAreaWidget({ content });
      tab.id = `trackside-${what.key}`;
      tab.title.label = label;
      tab.title.icon = tracksideIcon;
      tab.title.closable = true;
      this.shown.set(tab.id, what);
      tab.disposed.connect(gone => this.shown.delete(gone.id));
    }
    show(this.app, tab);
    if (!this.tracker.has(tab)) {
      void this.tracker.add(tab);
    }
    return tab;
  }
}

/** Put names of runs into the title of a tab, when the server has told them. */
async function name(
  tab: MainAreaWidget,
  parts: ITracksideSource,
  place: string,
  runs: readonly string[]
): Promise<void> {
  try {
    const told = await Promise.all(runs.slice(0, 2).map(run => parts.source.details(place, run, 2)));
    const more = runs.length > 2 ? ` +${runs.length - 2}` : '';
    tab.title.label = told.map(each => each.experiment.name).join(' · ') + more;
  } catch {
    // The tab itself says what is wrong.
  }
}

export const tabs: JupyterFrontEndPlugin<void> = {
  id: '@trackside/lab:tabs',
  description: 'Tabs for the table, a comparison and a run.',
  autoStart: true,
  requires: [ITracksideSource, ITracksideHost, ITracksideFocus],
  optional: [ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    parts: ITracksideSource,
    host: ITracksideHost,
    focus: ITracksideFocus,
    restorer: ILayoutRestorer | null
  ) => {
    const { t } = parts;
    const opened = new Tabs(app, parts, host);
    const placeOf = (ask: Ask): string => ask.place || focus.place?.id || '';
    app.commands.addCommand(ids.openTable, {
      label: t('Experiments'),
      caption: t('All runs of this project in a table'),
      icon: tracksideIcon,
      describedBy: { args: PLACE },
      execute: args => {
        const place = placeOf(asked(args));
        if (!place) {
          host.showPanel(focus.path);
          return;
        }
        const label =
          focus.place?.id === place ? t('Experiments: {name}', { name: focus.place.name }) : t('Experiments');
        opened.open({ command: ids.openTable, args: { place }, key: `table-${place}` }, label, <Table place={place} />);
      }
    });
    app.commands.addCommand(ids.openRun, {
      label: t('Open Run'),
      icon: tracksideIcon,
      describedBy: { args: RUN },
      execute: args => {
        const { run, ...ask } = asked(args);
        const place = placeOf({ run, ...ask });
        const what = { command: ids.openRun, args: { place, run }, key: `run-${place}-${run}` };
        const tab = opened.open(what, t('Run'), <OneRun place={place} run={run} />);
        void name(tab, parts, place, [run]);
      }
    });
    app.commands.addCommand(ids.compare, {
      label: t('Compare Runs'),
      icon: tracksideIcon,
      describedBy: { args: RUNS },
      execute: args => {
        const { runs, ...ask } = asked(args);
        const place = placeOf({ runs, ...ask });
        const what = {
          command: ids.compare,
          args: { place, runs: [...runs] },
          key: `compare-${place}-${runs.join('-')}`
        };
        const tab = opened.open(what, t('Compare'), <Comparing place={place} runs={runs} />);
        void name(tab, parts, place, runs);
      }
    });
    if (restorer) {
      void restorer.restore(opened.tracker, {
        command: 'trackside:restore',
        name: tab => opened.of(tab).key,
        args: tab => ({ command: opened.of(tab).command, args: opened.of(tab).args as ReadonlyPartialJSONObject })
      });
    }
    app.commands.addCommand('trackside:restore', {
      describedBy: { args: { type: 'object' } },
      execute: args => app.commands.execute(String(args['command']), args['args'] as ReadonlyPartialJSONObject)
    });
  }
};

const PLACE = { type: 'object', properties: { place: { type: 'string' } } } as const;
const RUN = { type: 'object', properties: { place: { type: 'string' }, run: { type: 'string' } } } as const;
const RUNS = {
  type: 'object',
  properties: { place: { type: 'string' }, runs: { type: 'array', items: { type: 'string' } } }
} as const;
