/** Hands the open notebook, unsaved edits and outputs included, to the kernel of a run that asks for it. */

import type { EditorAsked, EditorNotebook } from '@trackside/ui';
import * as vscode from 'vscode';
import type { Desk } from '../desk/desk';
import type { Following, Open } from './following';
import { textOf } from './text';

/** A question is told with every event while the kernel waits. */
const MOST_ANSWERED = 100;

/** Answers until disposed. */
export class Handing implements vscode.Disposable {
  private readonly answered = new Set<string>();
  private readonly ends: vscode.Disposable;

  constructor(
    private readonly following: Following,
    private readonly log: vscode.LogOutputChannel
  ) {
    this.ends = following.onDidAsk(({ desk, place, asked }) => void this.answer(desk, place, asked));
  }

  dispose(): void {
    this.ends.dispose();
  }

  private async answer(desk: Desk, place: string, { run, at = 'end' }: EditorAsked): Promise<void> {
    const question = `${run} ${at}`;
    const isWanted = vscode.workspace.getConfiguration('trackside').get('unsavedNotebooks', true);
    if (this.answered.has(question) || !isWanted) {
      return;
    }
    this.answered.add(question);
    if (this.answered.size > MOST_ANSWERED) {
      this.answered.delete([...this.answered][0] ?? '');
    }
    try {
      const open = await this.notebookOf(desk, place, run);
      const content = open && (await textOf(open.remembered.give(at)));
      if (open && content) {
        const body: EditorNotebook = { run, path: open.followed.path, content };
        const route = `places/${encodeURIComponent(place)}/editor`;
        const { status } = await desk.ask('POST', route, JSON.stringify(body));
        this.log.debug(`The notebook ${open.followed.path} was handed to ${run} (${at}): ${status}`);
      }
    } catch (error) {
      // The run is then kept with the notebook as it is saved.
      this.log.warn(`The notebook of ${run} was not handed over: ${String(error)}`);
    }
  }

  private async notebookOf(desk: Desk, place: string, run: string): Promise<Open | null> {
    const open = this.following.at(desk);
    const known = open.find(each => each.followed.seen?.run === run);
    if (known) {
      return known;
    }
    const request = { query: 'status == "open"', sort: '', offset: 0, limit: 100, archived: true, baseline: null };
    const row = (await desk.source.page(place, request)).rows.find(each => each.id === run);
    for (const each of row ? open : []) {
      if (row && (await each.followed.isMine(row))) {
        return each;
      }
    }
    return null;
  }
}
