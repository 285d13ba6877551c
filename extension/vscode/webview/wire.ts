/** How a tab talks to the extension: questions and deeds out, answers and events in. */

import type { Disposable, HttpOptions } from '@trackside/ui';
import type { Deed, FromTab, ToTab } from '../src/views/messages';

/** What VS Code gives a tab. */
export interface TabApi {
  postMessage(message: unknown): void;
  setState(state: unknown): void;
}

/** The other end of `Panel` in the extension. */
export class Wire {
  private next = 1;
  private readonly waiting = new Map<number, { resolve(answer: Response): void; reject(error: Error): void }>();
  private readonly choices = new Map<number, (isMeant: boolean) => void>();
  private readonly events = new Set<(event: unknown) => void>();
  /** Hears that something else is to be shown. */
  onShow: ((message: Extract<ToTab, { kind: 'show' }>) => void) | null = null;

  constructor(private readonly api: TabApi) {
    window.addEventListener('message', event => this.hear(event.data as ToTab));
  }

  readonly send: HttpOptions['send'] = (path, init) => {
    const id = this.number();
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      init.signal?.addEventListener(
        'abort',
        () => {
          if (this.waiting.delete(id)) {
            this.post({ kind: 'cancel', id });
            reject(new DOMException('Nobody waits for the answer.', 'AbortError'));
          }
        },
        { once: true }
      );
      const body = typeof init.body === 'string' ? init.body : null;
      this.post({ kind: 'ask', id, method: (init.method ?? 'GET') as 'GET', path, body });
    });
  };

  readonly listen = (listener: (event: unknown) => void): Disposable => {
    this.events.add(listener);
    return { dispose: () => this.events.delete(listener) };
  };

  /** Have something done. */
  do(deed: Deed): void {
    this.post(deed);
  }

  /** Have something done that the person may choose to go on with; `chosen` hears how it went. */
  choose(deed: (id: number) => Deed, chosen: (isMeant: boolean) => void): void {
    const id = this.number();
    this.choices.set(id, chosen);
    this.post(deed(id));
  }

  private number(): number {
    const id = this.next;
    this.next += 1;
    return id;
  }

  private post(message: FromTab): void {
    this.api.postMessage(message);
  }

  private hear(message: ToTab): void {
    switch (message.kind) {
      case 'answer':
        this.answer(message.id, message, JSON.stringify(message.body ?? null));
        break;
      case 'bytes':
        this.answer(message.id, message, Uint8Array.from(message.data));
        break;
      case 'unanswered':
        this.waiting.get(message.id)?.reject(new Error('Trackside does not answer.'));
        this.waiting.delete(message.id);
        break;
      case 'event':
        this.events.forEach(listener => listener(message.event));
        break;
      case 'chosen':
        this.choices.get(message.id)?.(message.isMeant);
        this.choices.delete(message.id);
        break;
      case 'show':
        this.onShow?.(message);
        break;
    }
  }

  private answer(id: number, head: { readonly status: number; readonly type: string }, body: BodyInit): void {
    const response = new Response(body, { status: head.status, headers: { 'Content-Type': head.type } });
    this.waiting.get(id)?.resolve(response);
    this.waiting.delete(id);
  }
}
