/** The plugins of Trackside for JupyterLab and Notebook 7. */

import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { focus } from './focus';
import { host } from './host';
import { panel } from './panel';
import { source } from './source';
import { tabs } from './tabs';

export * from './tokens';

const plugins: readonly JupyterFrontEndPlugin<unknown>[] = [
  source,
  host,
  focus,
  panel,
  tabs
] as JupyterFrontEndPlugin<unknown>[];

export default plugins;
