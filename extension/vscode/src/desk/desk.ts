/** The runs of one workspace folder: a child that answers, started again when it dies, and the `Source` over it. */

import { createHttpSource } from '@trackside/ui';
import type { Source } from '@trackside/ui';
import * as vscode from 'vscode';
import { Child } from './child';
import type { Answer } from './lines';
import type { Problem } from './problem';
import { problemOfEnd, problemOfHello } from './problem';
import { t } from '../words';

/** How a folder stands. */
export type Standing =
  { readonly state: 'untrusted' | 'starting' | 'ready' } | { readonly state: 'failed'; readonly problem: Problem };

/** Milliseconds before a child that died is started again; after the last one it is left to the person. */
const WAITS = [500, 2_000, 8_000] as const;
/** Milliseconds after which a child counts as well. */
const WELL = 60_000;

/** Asks the child of one folder. */
export class Desk implements vscode.Disposable {
  readonly source: Source;
  private child: Child | null = null;
  private now: Standing = { state: 'starting' };
  private readonly moved = new vscode.EventEmitter<void>();
  /** How it stands has changed. */
  readonly onDidMove = this.moved.event;
  private readonly events = new Set<(event: unknown) => void>();
  private waiters: { resolve(child: Child): void; reject(error: Error): void }[] = [];
  private deaths = 0;
  private timer: NodeJS.Timeout | null = null;
  private isDisposed = false;
  /** How often it was started: what an earlier start finds late counts no more. */
  private starts = 0;

  constructor(
    readonly folder: vscode.WorkspaceFolder,
    private readonly find: (folder: vscode.WorkspaceFolder) => Promise<string>,
    private readonly home: string,
    private readonly log: vscode.LogOutputChannel
  ) {
    this.source = createHttpSource({
      send: async (path, init) => responseOf(await this.ask(init.method ?? 'GET', path, bodyOf(init), init.signal)),
      listen: listener => {
        this.events.add(listener);
        return { dispose: () => this.events.delete(listener) };
      },
      translate: t
    });
    void this.start();
  }

  get standing(): Standing {
    return this.now;
  }

  /** The number of the child's process; undefined while there is none. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** The interpreter it was started with last. */
  python = '';

  /** Ask a route; waits for a child that is about to start. */
  async ask(method: string, path: string, body: string | null, signal?: AbortSignal | null): Promise<Answer> {
    const child = await this.ready();
    return child.ask(method, path, body, signal);
  }

  /** Hear of events; until disposed. */
  listen(listener: (event: unknown) => void): vscode.Disposable {
    this.events.add(listener);
    return new vscode.Disposable(() => this.events.delete(listener));
  }

  /** Start again, with whatever interpreter is chosen now. */
  restart(): void {
    this.deaths = 0;
    void this.start();
  }

  dispose(): void {
    this.isDisposed = true;
    this.drop();
    this.refuse(new Error('The folder was closed.'));
    this.moved.dispose();
  }

  private async start(): Promise<void> {
    this.drop();
    this.starts += 1;
    const { starts } = this;
    if (!vscode.workspace.isTrusted) {
      this.move({ state: 'untrusted' });
      return;
    }
    this.move({ state: 'starting' });
    const python = await this.find(this.folder);
    if (this.isDisposed || starts !== this.starts) {
      return;
    }
    this.python = python;
    const began = Date.now();
    let isWelcome = false;
    this.log.info(`${this.folder.name}: ${python} -m trackside serve`);
    const child: Child = new Child(
      { python, folder: this.folder.uri.fsPath, home: this.home },
      {
        hello: ({ protocol, about }) => {
          if (this.child !== child) {
            return;
          }
          const problem = problemOfHello(protocol, about, python);
          if (problem) {
            this.fail(problem);
            return;
          }
          isWelcome = true;
          this.log.info(`${this.folder.name}: Trackside ${about.version}, Git ${about.git ?? '-'}`);
          this.waiters.splice(0).forEach(waits => waits.resolve(child));
          this.move({ state: 'ready' });
        },
        event: event => this.events.forEach(listener => listener(event)),
        log: line => this.log.warn(`${this.folder.name}: ${line}`),
        ended: end => {
          if (this.child !== child) {
            return;
          }
          this.child = null;
          this.log.warn(`${this.folder.name}: ended (${end.notStarted ?? end.status})`);
          this.deaths = Date.now() - began > WELL ? 0 : this.deaths;
          const wait = WAITS[this.deaths];
          if (!isWelcome || wait === undefined) {
            this.fail(problemOfEnd(end, python));
            return;
          }
          this.deaths += 1;
          this.move({ state: 'starting' });
          this.timer = setTimeout(() => void this.start(), wait);
        }
      }
    );
    this.child = child;
  }

  private ready(): Promise<Child> {
    const { child, now } = this;
    if (child && now.state === 'ready') {
      return Promise.resolve(child);
    }
    if (this.isDisposed || now.state === 'failed' || now.state === 'untrusted') {
      return Promise.reject(new Error('Trackside does not run here.'));
    }
    return new Promise((resolve, reject) => this.waiters.push({ resolve, reject }));
  }

  private fail(problem: Problem): void {
    this.drop();
    this.log.error(`${this.folder.name}: ${problem.kind}${problem.kind === 'failed' ? `\n${problem.said}` : ''}`);
    this.move({ state: 'failed', problem });
    this.refuse(new Error('Trackside does not run here.'));
  }

  private refuse(error: Error): void {
    this.waiters.splice(0).forEach(waits => waits.reject(error));
  }

  private drop(): void {
    if (this.timer) {
      clearTimeout(this.timer);
      this.timer = null;
    }
    const { child } = this;
    this.child = null;
    child?.dispose();
  }

  private move(standing: Standing): void {
    this.now = standing;
    if (!this.isDisposed) {
      this.moved.fire();
    }
  }
}

function bodyOf(init: RequestInit): string | null {
  return typeof init.body === 'string' ? init.body : null;
}

function responseOf(answer: Answer): Response {
  const body = answer.bytes ? Uint8Array.from(answer.bytes) : JSON.stringify(answer.body ?? null);
  return new Response(body, { status: answer.status, headers: { 'Content-Type': answer.type } });
}
