/** What a tab and the extension say to one another. What comes from the tab is checked here before anything is done. Pure. */

import type { Shown } from './shown';
import { parseShown } from './shown';

/** From the tab: a question for the desk. */
export interface Ask {
  readonly kind: 'ask';
  readonly id: number;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body: string | null;
}

/** From the tab: something to do in VS Code. */
export type Deed =
  | { readonly kind: 'openTable'; readonly place: string }
  | { readonly kind: 'openRun'; readonly place: string; readonly run: string }
  | { readonly kind: 'openCompare'; readonly place: string; readonly runs: readonly string[] }
  | { readonly kind: 'openNotebook'; readonly place: string; readonly run: string; readonly name: string }
  | {
      readonly kind: 'notify';
      readonly id: number;
      readonly level: 'info' | 'success' | 'warning' | 'error';
      readonly message: string;
      readonly hint: string;
      readonly action: string;
    }
  | {
      readonly kind: 'confirm';
      readonly id: number;
      readonly title: string;
      readonly body: string;
      readonly accept: string;
    }
  | { readonly kind: 'copy'; readonly text: string }
  | { readonly kind: 'openAddress'; readonly address: string }
  | { readonly kind: 'download'; readonly name: string; readonly data: Uint8Array }
  | { readonly kind: 'shown'; readonly shown: Shown };

/** Anything from the tab. */
export type FromTab = Ask | { readonly kind: 'cancel'; readonly id: number } | Deed;

/** Anything to the tab. */
export type ToTab =
  | {
      readonly kind: 'answer';
      readonly id: number;
      readonly status: number;
      readonly type: string;
      readonly body: unknown;
    }
  | {
      readonly kind: 'bytes';
      readonly id: number;
      readonly status: number;
      readonly type: string;
      readonly data: Uint8Array;
    }
  | { readonly kind: 'unanswered'; readonly id: number }
  | { readonly kind: 'event'; readonly event: unknown }
  | { readonly kind: 'chosen'; readonly id: number; readonly isMeant: boolean }
  | { readonly kind: 'show'; readonly shown: Shown };

const METHODS: ReadonlySet<unknown> = new Set(['GET', 'POST', 'PUT', 'DELETE']);
const LEVELS: ReadonlySet<unknown> = new Set(['info', 'success', 'warning', 'error']);
const LONGEST_PATH = 64_000;
const LONGEST_TEXT = 100_000;
/** Letters of a body, as the routes take them. */
const LARGEST_BODY = 1_000_000;
const MOST_RUNS = 500;

/** Whether a tab may ask for `path`: a route of the panel, relative, without a step upwards. */
export function isRoute(path: string): boolean {
  const [route = '', query = ''] = path.split('?', 2);
  const parts = route.split('/');
  return (
    path.length <= LONGEST_PATH &&
    /^[\w.~!*'()%+=&?,:;@$/-]+$/.test(path) &&
    parts.every(part => part !== '' && !/^(\.|%2e)+$/i.test(part)) &&
    !/%(2f|5c|00)/i.test(route) &&
    !query.includes('?') &&
    ((parts.length === 1 && (route === 'about' || route === 'place')) ||
      (parts[0] === 'tasks' && parts.length <= 2) ||
      // The editor's notebook is handed over by the extension alone.
      (parts[0] === 'places' && parts.length >= 3 && parts.length <= 6 && parts[2] !== 'editor'))
  );
}

/** Check a message from a tab; null for one that is none of these. */
export function parseFromTab(message: unknown): FromTab | null {
  if (typeof message !== 'object' || message === null) {
    return null;
  }
  const told = message as Readonly<Record<string, unknown>>;
  const { kind, id } = told;
  switch (kind) {
    case 'ask':
      return parseAsk(told);
    case 'cancel':
      return isNumber(id) ? { kind, id } : null;
    case 'openTable':
      return isText(told['place']) ? { kind, place: told['place'] } : null;
    case 'openRun':
      return isText(told['place']) && isText(told['run']) ? { kind, place: told['place'], run: told['run'] } : null;
    case 'openCompare':
      return parseCompare(told);
    case 'openNotebook':
      return isText(told['place']) && isText(told['run']) && isText(told['name'])
        ? { kind, place: told['place'], run: told['run'], name: told['name'] }
        : null;
    case 'notify':
      return parseNotify(told);
    case 'confirm':
      return isNumber(id) && isText(told['title']) && isText(told['body']) && isText(told['accept'])
        ? { kind, id, title: told['title'], body: told['body'], accept: told['accept'] }
        : null;
    case 'copy':
      return isText(told['text']) ? { kind, text: told['text'] } : null;
    case 'openAddress':
      return isText(told['address']) ? { kind, address: told['address'] } : null;
    case 'download':
      return isText(told['name']) && told['data'] instanceof Uint8Array
        ? { kind, name: told['name'], data: told['data'] }
        : null;
    case 'shown': {
      const shown = parseShown(told['shown']);
      return shown ? { kind, shown } : null;
    }
    default:
      return null;
  }
}

function parseAsk({ id, method, path, body }: Readonly<Record<string, unknown>>): Ask | null {
  const isBody = body === null || (typeof body === 'string' && body.length <= LARGEST_BODY && isJson(body));
  return isNumber(id) && METHODS.has(method) && typeof path === 'string' && isRoute(path) && isBody
    ? { kind: 'ask', id, method: method as Ask['method'], path, body }
    : null;
}

function parseCompare({ place, runs }: Readonly<Record<string, unknown>>): Deed | null {
  return isText(place) && Array.isArray(runs) && runs.length > 1 && runs.length <= MOST_RUNS && runs.every(isText)
    ? { kind: 'openCompare', place, runs }
    : null;
}

function parseNotify({ id, level, message, hint, action }: Readonly<Record<string, unknown>>): Deed | null {
  return isNumber(id) && LEVELS.has(level) && isText(message) && isText(hint) && isText(action)
    ? { kind: 'notify', id, level: level as 'info', message, hint, action }
    : null;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_TEXT;
}

/** A body is put into a line as it is: it must be one value of JSON without a line break. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return !/[\r\n]/.test(text);
  } catch {
    return false;
  }
}
