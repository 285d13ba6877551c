/** Plugin: the open run of the notebook in front, in the status bar. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import { formatDuration, formatNumber } from '@trackside/ui';
import type { RunRow, Words } from '@trackside/ui';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { ids } from './ids';
import { ITracksideOpenRuns, ITracksideSettings, ITracksideSource } from './tokens';

/** The one metric worth a line: the one that was drawn, else the first. */
export function metricOf(row: RunRow): string {
  const [first] = Object.entries(row.metrics);
  return first ? `${first[0]} ${formatNumber(first[1].last)}` : '';
}

function Item(props: { readonly row: RunRow; readonly t: Words; readonly onOpen: () => void }): ReactElement {
  const { row, t, onOpen } = props;
  const [now, setNow] = useState(Date.now() / 1000);
  useEffect(() => {
    const clock = setInterval(() => setNow(Date.now() / 1000), 1_000);
    return () => clearInterval(clock);
  }, []);
  const words = [row.name, formatDuration(Math.max(0, now - row.started)), metricOf(row)].filter(Boolean).join(' · ');
  return (
    <button
      type="button"
      className="ts-lab-status"
      title={t('Open the run {name}', { name: row.name })}
      onClick={onOpen}
    >
      <span className="ts-lab-live" aria-hidden="true" />
      {words}
    </button>
  );
}

export const status: JupyterFrontEndPlugin<void> = {
  id: '@trackside/lab:status',
  description: 'The open run of the notebook in front, in the status bar.',
  autoStart: true,
  requires: [ITracksideSource, ITracksideOpenRuns, INotebookTracker],
  optional: [IStatusBar, ITracksideSettings],
  activate: (
    app: JupyterFrontEnd,
    { t }: ITracksideSource,
    runs: ITracksideOpenRuns,
    notebooks: INotebookTracker,
    bar: IStatusBar | null,
    settings: ITracksideSettings | null
  ) => {
    const current = (): RunRow | null =>
      settings?.settings.status === false ? null : (runs.of(notebooks.currentWidget?.context.path ?? '')?.row ?? null);
    const open = (): void => void app.commands.execute(ids.openCurrentRun);
    const item = ReactWidget.create(
      <UseSignal signal={runs.changed}>
        {() => {
          const row = current();
          return row ? <Item row={row} t={t} onOpen={open} /> : <></>;
        }}
      </UseSignal>
    );
    item.addClass('ts-lab-status-item');
    notebooks.currentChanged.connect(() => item.update());
    settings?.changed.connect(() => item.update());
    bar?.registerStatusItem('@trackside/lab:open-run', {
      item,
      align: 'left',
      rank: 20,
      isActive: () => current() !== null,
      activeStateChanged: runs.changed
    });
  }
};
