/** Between one tab and the desk of its folder: questions go to the desk, deeds to VS Code. */

import { webAddress } from '@trackside/ui';
import * as vscode from 'vscode';
import { openNotebook } from '../diffs/open';
import type { Desk } from '../desk/desk';
import { overhear } from '../acts/handover';
import { parseFromTab } from './messages';
import type { Ask, Deed, ToTab } from './messages';
import type { Shown } from './shown';

/** What a tab asks of the tabs. */
export interface Tabs {
  show(view: Shown['view'], place: string, runs: readonly string[]): void;
  shown(shown: Shown): void;
}

/** Lives as long as its tab. */
export class Bridge implements vscode.Disposable {
  private readonly asking = new Map<number, AbortController>();
  private readonly ends: vscode.Disposable;

  constructor(
    private readonly webview: vscode.Webview,
    private readonly desk: Desk,
    private readonly tabs: Tabs
  ) {
    this.ends = vscode.Disposable.from(
      webview.onDidReceiveMessage(message => this.hear(message)),
      desk.listen(event => this.post({ kind: 'event', event }))
    );
  }

  /** Tell the tab something. */
  post(message: ToTab): void {
    void this.webview.postMessage(message);
  }

  dispose(): void {
    this.asking.forEach(each => each.abort());
    this.ends.dispose();
  }

  private hear(message: unknown): void {
    const told = parseFromTab(message);
    if (!told) {
      return;
    }
    switch (told.kind) {
      case 'ask':
        void this.ask(told);
        break;
      case 'cancel':
        this.asking.get(told.id)?.abort();
        break;
      default:
        void this.do(told);
    }
  }

  private async ask({ id, method, path, body }: Ask): Promise<void> {
    const controller = new AbortController();
    this.asking.set(id, controller);
    try {
      const answer = await this.desk.ask(method, path, body, controller.signal);
      const { status, type } = answer;
      if (answer.bytes) {
        this.post({ kind: 'bytes', id, status, type, data: answer.bytes });
      } else {
        this.post({ kind: 'answer', id, status, type, body: answer.body });
        overhear(this.desk, path, answer);
      }
    } catch {
      this.post({ kind: 'unanswered', id });
    } finally {
      this.asking.delete(id);
    }
  }

  private async do(deed: Deed): Promise<void> {
    switch (deed.kind) {
      case 'openTable':
        this.tabs.show('table', deed.place, []);
        break;
      case 'openRun':
        this.tabs.show('run', deed.place, [deed.run]);
        break;
      case 'openCompare':
        this.tabs.show('compare', deed.place, deed.runs);
        break;
      case 'openNotebook':
        await openNotebook(this.desk, deed.place, deed.run, deed.name);
        break;
      case 'notify':
        this.post({ kind: 'chosen', id: deed.id, isMeant: await notify(deed) });
        break;
      case 'confirm':
        this.post({ kind: 'chosen', id: deed.id, isMeant: await confirm(deed.title, deed.body, deed.accept) });
        break;
      case 'copy':
        await vscode.env.clipboard.writeText(deed.text);
        break;
      case 'openAddress':
        await openAddress(deed.address);
        break;
      case 'download':
        await download(this.desk.folder, deed.name, deed.data);
        break;
      case 'shown':
        this.tabs.shown(deed.shown);
        break;
    }
  }
}

async function notify(notice: Extract<Deed, { kind: 'notify' }>): Promise<boolean> {
  const { level, message, hint, action } = notice;
  const say =
    level === 'error' ? 'showErrorMessage' : level === 'warning' ? 'showWarningMessage' : 'showInformationMessage';
  const chosen = await vscode.window[say](hint ? `${message} ${hint}` : message, ...(action ? [action] : []));
  return action !== '' && chosen === action;
}

/** Ask before something that loses data. */
export async function confirm(title: string, body: string, accept: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(title, { modal: true, detail: body }, accept)) === accept;
}

/** Open a page of the web; anything else does nothing. */
export async function openAddress(address: string): Promise<void> {
  const web = webAddress(address);
  if (web !== null) {
    await vscode.env.openExternal(vscode.Uri.parse(web));
  }
}

async function download(folder: vscode.WorkspaceFolder, name: string, data: Uint8Array): Promise<void> {
  const plain = name.replace(/[^\w.-]+/g, '-').replace(/^\.+/, '') || 'runs';
  const chosen = await vscode.window.showSaveDialog({ defaultUri: vscode.Uri.joinPath(folder.uri, plain) });
  if (chosen) {
    await vscode.workspace.fs.writeFile(chosen, data);
  }
}
