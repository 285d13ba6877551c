/** Tabs of VS Code that show the table, a run or a comparison; each once, and again after a reload. */

import { randomBytes } from 'node:crypto';
import { visible } from '@trackside/ui';
import * as vscode from 'vscode';
import type { Desk } from '../desk/desk';
import type { Desks } from '../desk/desks';
import { ids } from '../ids';
import { Bridge } from './bridge';
import { pageOf } from './page';
import { keyOf, parseShown } from './shown';
import type { Shown } from './shown';
import { t } from '../words';

interface Open {
  readonly panel: vscode.WebviewPanel;
  readonly bridge: Bridge;
  shown: Shown;
}

/** Opens tabs. */
export class Panels implements vscode.Disposable, vscode.WebviewPanelSerializer {
  private readonly open = new Set<Open>();
  private readonly ends: vscode.Disposable;

  constructor(
    private readonly home: vscode.Uri,
    private readonly desks: Desks
  ) {
    this.ends = vscode.window.registerWebviewPanelSerializer(ids.panel, this);
  }

  /** Show something; a tab that shows it already comes to the front. */
  show(shown: Shown): void {
    const key = keyOf(shown);
    const found = [...this.open].find(each => keyOf(each.shown) === key);
    if (found) {
      found.panel.reveal();
      if (shown.dialog) {
        found.bridge.post({ kind: 'show', shown });
      }
      return;
    }
    const panel = vscode.window.createWebviewPanel(ids.panel, titleOf(shown), vscode.ViewColumn.Active, {
      // A table that was scrolled and sorted stands as it was when its tab comes back.
      retainContextWhenHidden: true,
      enableFindWidget: true
    });
    this.fill(panel, shown);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, kept: unknown): Promise<void> {
    const shown = parseShown(kept);
    const desk = shown && this.desks.at(shown.folder);
    if (!shown || !desk) {
      panel.dispose();
      return;
    }
    this.fill(panel, shown);
  }

  dispose(): void {
    // The tabs stay: a window that is loaded again ends its extensions first, and a tab closed then would not come back.
    this.open.forEach(each => each.bridge.dispose());
    this.ends.dispose();
  }

  private fill(panel: vscode.WebviewPanel, shown: Shown): void {
    const desk = this.desks.at(shown.folder);
    if (!desk) {
      panel.dispose();
      return;
    }
    const { webview } = panel;
    const dist = vscode.Uri.joinPath(this.home, 'dist');
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    panel.iconPath = {
      light: vscode.Uri.joinPath(this.home, 'media/mark-light.svg'),
      dark: vscode.Uri.joinPath(this.home, 'media/mark-dark.svg')
    };
    const bridge = new Bridge(webview, desk, {
      show: (view, place, runs) => this.show({ folder: shown.folder, place, project: shown.project, view, runs }),
      shown: next => {
        one.shown = next;
        void nameTab(panel, desk, next);
      }
    });
    const one: Open = { panel, bridge, shown };
    this.open.add(one);
    panel.onDidDispose(() => {
      this.open.delete(one);
      bridge.dispose();
    });
    webview.html = pageOf({
      script: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'view.js')).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'view.css')).toString(),
      source: webview.cspSource,
      nonce: randomBytes(18).toString('base64url'),
      language: vscode.env.language,
      shown
    });
    void nameTab(panel, desk, shown);
  }
}

function titleOf(shown: Shown): string {
  switch (shown.view) {
    case 'table':
      return shown.project ? t('Experiments: {name}', { name: visible(shown.project, 40) }) : t('Experiments');
    case 'run':
      return t('Run');
    case 'compare':
      return t('Compare {n} runs', { n: shown.runs.length });
  }
}

/** Put names of runs into the title of a tab, when the desk has told them. */
async function nameTab(panel: vscode.WebviewPanel, desk: Desk, shown: Shown): Promise<void> {
  try {
    const told = await Promise.all(shown.runs.slice(0, 2).map(run => desk.source.details(shown.place, run, 4)));
    const more = shown.runs.length > 2 ? ` +${shown.runs.length - 2}` : '';
    if (told.length > 0) {
      panel.title = told.map(each => visible(each.experiment.name, 40)).join(' · ') + more;
    }
  } catch {
    // The tab itself says what is wrong.
  }
}
