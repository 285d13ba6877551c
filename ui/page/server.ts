/** How the page talks to its server: requests with the token of the cookie, events over a web socket. */

import type { Disposable, HttpOptions } from '../src';

/** What the server writes into the page. */
export interface PageConfig {
  readonly baseUrl: string;
  /** The notebook or folder to start with, as a path of the contents service. */
  readonly path: string;
}

/** Read the configuration that the server wrote into the page. */
export function readConfig(): PageConfig {
  const written = document.getElementById('trackside')?.dataset['config'];
  const told: unknown = JSON.parse(written ?? document.getElementById('trackside-config')?.textContent ?? '{}');
  const config = typeof told === 'object' && told !== null ? (told as Partial<PageConfig>) : {};
  const baseUrl = config.baseUrl ?? '/';
  return { baseUrl: baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`, path: config.path ?? '' };
}

/** Send a request as this page. */
export function sender(config: PageConfig): HttpOptions['send'] {
  return (path, init) => {
    const headers = new Headers(init.headers);
    const token = cookie('_xsrf');
    if (token && init.method !== 'GET') {
      headers.set('X-XSRFToken', token);
    }
    return fetch(`${config.baseUrl}trackside/api/${path}`, { ...init, headers, credentials: 'same-origin' });
  };
}

function cookie(name: string): string {
  const found = document.cookie.split('; ').find(part => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : '';
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;

/** The event bus of a Jupyter server, connected again whenever the connection is lost. */
export class EventFeed {
  private readonly listeners = new Set<(event: unknown) => void>();
  private socket: WebSocket | null = null;
  private wait = FIRST_WAIT;

  /** `onState` hears whether the bus is connected; after the first time it was lost, also when it is back. */
  constructor(
    private readonly url: string,
    private readonly onState: (isConnected: boolean) => void
  ) {
    this.connect();
  }

  readonly listen = (listener: (event: unknown) => void): Disposable => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };

  /** Tell listeners something of our own. */
  tell(event: unknown): void {
    this.listeners.forEach(listener => listener(event));
  }

  private connect(): void {
    this.socket = new WebSocket(this.url);
    this.socket.onopen = () => {
      this.wait = FIRST_WAIT;
      this.onState(true);
    };
    this.socket.onmessage = message => {
      const event = parsed(message.data);
      if (event !== null) {
        this.tell(event);
      }
    };
    this.socket.onclose = () => {
      this.onState(false);
      setTimeout(() => this.connect(), this.wait);
      this.wait = Math.min(LONGEST_WAIT, this.wait * 2);
    };
  }
}

function parsed(data: unknown): unknown {
  try {
    return typeof data === 'string' ? JSON.parse(data) : null;
  } catch {
    return null;
  }
}

/** The address of the event bus. */
export function eventsUrl(config: PageConfig): string {
  const url = new URL(`${config.baseUrl}api/events/subscribe`, location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
