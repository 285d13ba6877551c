/** The page as a host of views, and the widget: routes, notices, questions, the clipboard and downloads. */

import { webAddress } from '../src';
import type { Host, Notice } from '../src';
import type { Route } from './routes';

/** A notice on the screen. */
export interface Shown extends Notice {
  readonly id: number;
}

/** A question on the screen. */
export interface Asked {
  readonly title: string;
  readonly body: string;
  readonly accept: string;
  readonly answer: (isMeant: boolean) => void;
}

/** What the page shows beside its views. */
export interface Desk {
  readonly notices: readonly Shown[];
  readonly asked: Asked | null;
  /** The run that is being promoted. */
  readonly promoting: string | null;
}

const STAYS = 6000;
const STAYS_WITH_ACTION = 10_000;

/** Keeps what the page shows beside its views, and is their host. */
export class PageHost implements Host {
  readonly openNotebook = null;
  private desk: Desk = { notices: [], asked: null, promoting: null };
  private next = 1;
  private readonly listeners = new Set<() => void>();

  /** `go` brings a view to the front. */
  constructor(
    private readonly go: (route: Route) => void,
    readonly name: Host['name'] = 'page'
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): Desk => this.desk;

  openTable(): void {
    this.go({ view: 'table' });
  }

  openRun(_place: string, run: string): void {
    this.go({ view: 'run', run });
  }

  openCompare(_place: string, runs: readonly string[]): void {
    this.go({ view: 'compare', runs });
  }

  promote(_place: string, run: string | null): void {
    this.set({ promoting: run });
  }

  notify(notice: Notice): void {
    const shown: Shown = { ...notice, id: this.next };
    this.next += 1;
    this.set({ notices: [...this.desk.notices.slice(-3), shown] });
    if (notice.kind !== 'error') {
      setTimeout(() => this.dismiss(shown.id), notice.action ? STAYS_WITH_ACTION : STAYS);
    }
  }

  /** Take a notice off the screen. */
  dismiss(id: number): void {
    this.set({ notices: this.desk.notices.filter(notice => notice.id !== id) });
  }

  confirm(question: { readonly title: string; readonly body: string; readonly accept: string }): Promise<boolean> {
    this.desk.asked?.answer(false);
    return new Promise(resolve => {
      const answer = (isMeant: boolean): void => {
        this.set({ asked: null });
        resolve(isMeant);
      };
      this.set({ asked: { ...question, answer } });
    });
  }

  copy(text: string): void {
    navigator.clipboard.writeText(text).catch(() => {
      this.notify({ kind: 'warning', message: 'The browser did not allow copying.', hint: text });
    });
  }

  openAddress(address: string): void {
    const web = webAddress(address);
    if (web !== null) {
      window.open(web, '_blank', 'noopener,noreferrer');
    }
  }

  download(name: string, data: Blob): void {
    const url = URL.createObjectURL(data);
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  private set(change: Partial<Desk>): void {
    this.desk = { ...this.desk, ...change };
    this.listeners.forEach(listener => listener());
  }
}
