/** Carries questions to the desk in the kernel and answers back: messages of a widget, told apart by a name of their own. */

import type { Disposable, HttpOptions } from '../src';
import { fieldsOf } from './model';
import type { Hear } from './model';

/** The messages of one widget. */
export interface Channel {
  send(content: unknown): void;
  listen(hear: Hear): Disposable;
}

interface Waiting {
  readonly since: number;
  readonly answer: (content: { readonly [name: string]: unknown }, buffers: readonly DataView[]) => void;
  readonly fail: (error: unknown) => void;
}

/** Milliseconds without an answer from which on the kernel counts as busy. */
export const PATIENCE = 800;

/** One conversation with the desk; several pages may hear the same kernel. */
export class Carrier {
  private readonly mine = Math.random().toString(36).slice(2, 10);
  private count = 0;
  private readonly waiting = new Map<string, Waiting>();
  private readonly listeners = new Set<(event: unknown) => void>();
  private readonly watchers = new Set<() => void>();
  private isBusy = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly feed: Disposable;

  constructor(private readonly channel: Channel) {
    this.feed = channel.listen((content, buffers) => this.hear(fieldsOf(content), buffers));
  }

  /** Ask the desk, as `fetch` would: resolves with any answer, however long the kernel is busy. */
  readonly send: HttpOptions['send'] = async (path, init) => {
    const { method = 'GET', body, signal } = init;
    const asked = { method, path, ...(typeof body === 'string' ? { body: JSON.parse(body) as unknown } : {}) };
    const { content, buffers } = await this.ask('desk', asked, signal ?? undefined);
    const [data] = buffers;
    const { status, type } = content;
    return new Response(data ? new Blob([bytesOf(data)]) : '', {
      status: typeof status === 'number' ? status : 500,
      headers: { 'Content-Type': typeof type === 'string' ? type : 'application/json' }
    });
  };

  /** Hear of changes that the kernel tells. */
  readonly listen = (listener: (event: unknown) => void): Disposable => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };

  /** Ask for something beside the desk's routes. */
  ask(
    what: string,
    asked: Readonly<Record<string, unknown>>,
    signal?: AbortSignal
  ): Promise<{ readonly content: { readonly [name: string]: unknown }; readonly buffers: readonly DataView[] }> {
    this.count += 1;
    const q = `${this.mine}-${this.count}`;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(new DOMException('Nobody waits.', 'AbortError'));
        return;
      }
      const drop = (): void => {
        this.settle(q)?.fail(new DOMException('Nobody waits.', 'AbortError'));
        this.channel.send({ ask: 'cancel', q });
      };
      signal?.addEventListener('abort', drop, { once: true });
      const over = (): void => signal?.removeEventListener('abort', drop);
      this.waiting.set(q, {
        since: Date.now(),
        answer: (content, buffers) => {
          over();
          resolve({ content, buffers });
        },
        fail: error => {
          over();
          reject(error as Error);
        }
      });
      this.look();
      this.channel.send({ ...asked, ask: what, q });
    });
  }

  /** Whether an answer takes so long that the kernel must be busy. */
  readonly busy = (): boolean => this.isBusy;

  /** Hear when that changes. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.watchers.add(listener);
    return () => this.watchers.delete(listener);
  };

  /** Nobody will answer any more. */
  dispose(): void {
    this.feed.dispose();
    [...this.waiting.keys()].forEach(q => this.settle(q)?.fail(new TypeError('The kernel has gone.')));
    clearTimeout(this.timer);
  }

  private hear(content: { readonly [name: string]: unknown }, buffers: readonly DataView[]): void {
    if (typeof content['q'] === 'string') {
      this.settle(content['q'])?.answer(content, buffers);
    } else if (content['event'] !== undefined) {
      this.listeners.forEach(listener => listener(content['event']));
    }
  }

  private settle(q: string): Waiting | undefined {
    const found = this.waiting.get(q);
    this.waiting.delete(q);
    this.look();
    return found;
  }

  /** Find out whether the oldest question waits too long, now or later. */
  private look(): void {
    clearTimeout(this.timer);
    const [oldest] = this.waiting.values();
    const left = oldest ? oldest.since + PATIENCE - Date.now() : 0;
    const isBusy = oldest !== undefined && left <= 0;
    if (oldest && !isBusy) {
      this.timer = setTimeout(() => this.look(), left);
    }
    if (isBusy !== this.isBusy) {
      this.isBusy = isBusy;
      this.watchers.forEach(watcher => watcher());
    }
  }
}

function bytesOf(data: DataView): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(data.byteLength);
  copy.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return copy;
}
