/** What a card in an output and the extension say to one another; a notebook may come from anybody. Pure. */

/** From a card. */
export interface FromCard {
  readonly kind: 'known' | 'open' | 'compare' | 'end' | 'promote';
  readonly run: string;
}

/** What a card may offer, once its run was found among those of the notebook's repository. */
export type Offer = 'open' | 'compare' | 'end' | 'promote';

/** To the cards of an editor. */
export interface ToCard {
  readonly kind: 'known';
  readonly run: string;
  readonly status: 'open' | 'finished' | 'failed' | 'interrupted';
  readonly offers: readonly Offer[];
}

const FROM: ReadonlySet<unknown> = new Set(['known', 'open', 'compare', 'end', 'promote']);
const OFFERS: ReadonlySet<unknown> = new Set(['open', 'compare', 'end', 'promote']);
const STATUSES: ReadonlySet<unknown> = new Set(['open', 'finished', 'failed', 'interrupted']);

/** Whether a text has the form of a run's id. */
export function isRunId(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9]{8}t[0-9]{6}-[0-9a-f]{10}$/.test(text);
}

/** Check what a card says; null for anything else. */
export function parseFromCard(message: unknown): FromCard | null {
  const { kind, run } = fieldsOf(message);
  return FROM.has(kind) && isRunId(run) ? { kind: kind as FromCard['kind'], run } : null;
}

/** Check what a card is told; null for anything else. */
export function parseToCard(message: unknown): ToCard | null {
  const { kind, run, status, offers } = fieldsOf(message);
  const isRight = Array.isArray(offers) && offers.every(offer => OFFERS.has(offer)) && STATUSES.has(status);
  return kind === 'known' && isRunId(run) && isRight
    ? { kind, run, status: status as ToCard['status'], offers: offers as readonly Offer[] }
    : null;
}

function fieldsOf(message: unknown): Readonly<Record<string, unknown>> {
  return typeof message === 'object' && message !== null ? (message as Readonly<Record<string, unknown>>) : {};
}
