/** The plugins of Trackside for JupyterLab and Notebook 7. */

import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { badges } from './badges';
import { card } from './card';
import { commands } from './commands';
import { drive } from './drive';
import { editor } from './editor';
import { focus } from './focus';
import { host } from './host';
import { openRuns } from './openruns';
import { panel } from './panel';
import { promote } from './promote';
import { quiet } from './quiet';
import { settings } from './settings';
import { sharing } from './sharing';
import { source } from './source';
import { status } from './status';
import { storage } from './storage';
import { tabs } from './tabs';
import { toolbar } from './toolbar';

export * from './tokens';

const plugins = [
  source,
  settings,
  host,
  focus,
  panel,
  tabs,
  promote,
  sharing,
  storage,
  openRuns,
  commands,
  toolbar,
  status,
  badges,
  card,
  editor,
  quiet,
  drive
] as JupyterFrontEndPlugin<unknown>[];

export default plugins;
