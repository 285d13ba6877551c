/** Plugin: tabs for the table, a comparison and a run, restored after a reload. */

import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { CompareView, goToSection, RunsTable, RunView, WithPlace } from '@trackside/ui';
import type { Place } from '@trackside/ui';
import type { ReactElement } from 'react';
import { tracksideIcon } from './icon';
import { ids } from './ids';
import { show } from './stage';
import { ITracksideFocus, ITracksideHost, ITracksideSource } from './tokens';
import { framed } from './views';

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
  /** A notebook or folder in the place, by which it is found again after a reload. */
  readonly path: string | null;
  /** Its name when it was last seen, for when it is no more there. */
  readonly project: string;
  /** Of a run: the section to begin at. */
  readonly section: string;
}

function asked(args: ReadonlyPartialJSONObject): Ask {
  const { place, run, runs, path, project, section } = args;
  return {
    place: typeof place === 'string' ? place : '',
    run: typeof run === 'string' ? run : '',
    runs: Array.isArray(runs) ? runs.filter(each => typeof each === 'string') : [],
    path: typeof path === 'string' ? path : null,
    project: typeof project === 'string' ? project : '',
    section: typeof section === 'string' ? section : ''
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

  /** Remember what the tab of a key shows now; arguments that are not given stay. */
  change(key: string, args: ReadonlyPartialJSONObject): void {
    const tab = this.tracker.find(each => this.of(each).key === key);
    if (tab) {
      const before = this.of(tab);
      this.shown.set(tab.id, { ...before, args: { ...before.args, ...args } });
      void this.tracker.save(tab);
    }
  }

  /** Remember the name of a tab's project, for when it is not found after a reload; returns it, or nothing. */
  async nameProject(key: string, find: () => Promise<Place>): Promise<string> {
    const found = await find().catch(() => null);
    if (found?.name) {
      this.change(key, { project: found.name });
    }
    return found?.name ?? '';
  }

  open(what: Shown, label: string, body: ReactElement): MainAreaWidget {
    let tab = this.tracker.find(each => this.of(each).key === what.key);
    if (!tab) {
      const content = ReactWidget.create(framed(this.parts, this.host, body));
      content.addClass('ts-lab-tab');
      tab = new MainAreaWidget({ content });
      tab.id = `trackside-${what.key}`;
      // An empty bar would stand above the view's own.
      tab.toolbar.hide();
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

/** What is asked for, with the place in front where none was named. */
function completed(args: ReadonlyPartialJSONObject, focus: ITracksideFocus): Ask & { readonly path: string } {
  const ask = asked(args);
  const place = ask.place || focus.place?.id || '';
  return { ...ask, place, path: ask.path ?? focus.pathIn(place) };
}

function addCommands(
  app: JupyterFrontEnd,
  parts: ITracksideSource,
  host: ITracksideHost,
  focus: ITracksideFocus,
  opened: Tabs
): void {
  const { t } = parts;
  app.commands.addCommand(ids.openTable, {
    label: t('Experiments'),
    caption: t('All runs of this project in a table'),
    icon: tracksideIcon,
    describedBy: { args: PLACE },
    execute: async args => {
      const { place, path, project } = completed(args, focus);
      if (!place) {
        host.showPanel(focus.path);
        return;
      }
      const find = (): Promise<Place> => focus.placeWith(place, path);
      const body = (
        <WithPlace find={find} project={project}>
          {found => <RunsTable place={found} />}
        </WithPlace>
      );
      const what = { command: ids.openTable, args: { place, path, project }, key: `table-${place}` };
      const tab = opened.open(what, t('Experiments'), body);
      const known = (await opened.nameProject(what.key, find)) || project;
      tab.title.label = known ? t('Experiments: {name}', { name: known }) : t('Experiments');
    }
  });
  app.commands.addCommand(ids.openRun, {
    label: t('Open Run'),
    icon: tracksideIcon,
    describedBy: { args: RUN },
    execute: args => {
      const { place, run, path, project, section } = completed(args, focus);
      const find = (): Promise<Place> => focus.placeWith(place, path);
      const body = (
        <WithPlace find={find} project={project}>
          {found => <RunView place={found} run={run} section={section} />}
        </WithPlace>
      );
      const key = `run-${place}-${run}`;
      const tab = opened.open({ command: ids.openRun, args: { place, run, path, project }, key }, t('Run'), body);
      // Where the tab was open already.
      goToSection(tab.node, section);
      void opened.nameProject(key, find);
      void name(tab, parts, place, [run]);
    }
  });
  app.commands.addCommand(ids.compare, {
    label: t('Compare Runs'),
    icon: tracksideIcon,
    describedBy: { args: RUNS },
    execute: args => {
      const { place, runs, path, project } = completed(args, focus);
      const find = (): Promise<Place> => focus.placeWith(place, path);
      const key = `compare-${place}-${runs.join('-')}`;
      const moved = (now: readonly string[]): void => {
        opened.change(key, { runs: [...now] });
        void name(tab, parts, place, now);
      };
      const body = (
        <WithPlace find={find} project={project}>
          {found => <CompareView place={found} runs={runs} onRuns={moved} />}
        </WithPlace>
      );
      const what = { command: ids.compare, args: { place, runs: [...runs], path, project }, key };
      const tab = opened.open(what, t('Compare'), body);
      void opened.nameProject(key, find);
      void name(tab, parts, place, runs);
    }
  });
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
    const opened = new Tabs(app, parts, host);
    addCommands(app, parts, host, focus, opened);
    // One command for all kinds: a tracker restores through one.
    app.commands.addCommand(RESTORE, {
      describedBy: { args: { type: 'object' } },
      execute: args => app.commands.execute(String(args['command']), args['args'] as ReadonlyPartialJSONObject)
    });
    void restorer?.restore(opened.tracker, {
      command: RESTORE,
      name: tab => opened.of(tab).key,
      args: tab => ({ command: opened.of(tab).command, args: opened.of(tab).args })
    });
  }
};

const RESTORE = 'trackside:restore';
const TEXT = { type: 'string' } as const;
const PLACE = { type: 'object', properties: { place: TEXT, path: TEXT } } as const;
const RUN = { type: 'object', properties: { place: TEXT, path: TEXT, run: TEXT, section: TEXT } } as const;
const RUNS = {
  type: 'object',
  properties: { place: TEXT, path: TEXT, runs: { type: 'array', items: TEXT } }
} as const;
