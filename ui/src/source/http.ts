/** The `Source` of a Jupyter server: the routes of docs/http.md over a `send` that the host gives. */

import type { Changed, Curves, Details, Environment, Failure, Groups, HeldRuns, Page } from '../contract';
import { bareDetails, bareEnvironment, bareGroups, bareHeld, barePage } from './bare';
import { SourceError } from './source';
import type { Disposable, Source } from './source';

/** What an HTTP source needs of its host. */
export interface HttpOptions {
  /**
   * Send a request to `path`, relative to `<base url>/trackside/api/`, with the credentials of this page.
   *
   * Rejects when no answer came; any answer, also a refusal, resolves.
   */
  send(path: string, init: RequestInit): Promise<Response>;
  /** Hear of `Changed` events, as they came over the server's bus; not yet checked. */
  listen(listener: (event: unknown) => void): Disposable;
  /** Translates what a person reads. */
  translate?(text: string): string;
}

interface Request {
  readonly method?: 'POST' | 'PUT' | 'DELETE';
  readonly query?: readonly (readonly [string, string])[];
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

const ABORTED = 'aborted';

/** Tell whether a failure only says that nobody waits for the answer any more. */
export function isAborted(error: unknown): boolean {
  return error instanceof SourceError && error.code === ABORTED;
}

/** Make a source that asks a Jupyter server, or `trackside ui`. */
export function createHttpSource(options: HttpOptions): Source {
  const ask = new Asker(options);
  return { ...reading(ask), ...acting(ask), subscribe: listener => subscribe(options, listener) };
}

type Reading = Pick<
  Source,
  | 'about'
  | 'place'
  | 'page'
  | 'groups'
  | 'details'
  | 'executed'
  | 'environment'
  | 'notebook'
  | 'file'
  | 'compare'
  | 'curves'
  | 'diff'
  | 'image'
  | 'export'
  | 'trash'
  | 'task'
  | 'choices'
  | 'remotes'
  | 'held'
>;
type Acting = Omit<Source, keyof Reading | 'subscribe'>;

function reading(ask: Asker): Reading {
  return {
    about: signal => ask.json('about', { signal }),
    place: (path, signal) => ask.json('place', { query: [['path', path]], signal }),
    page: (place, request, signal) =>
      ask
        .json<Page>(at(place, 'runs'), {
          query: [
            ...searched(request),
            ['offset', String(request.offset)],
            ['limit', String(request.limit)],
            ['archived', String(request.archived)],
            ...given('baseline', request.baseline)
          ],
          signal
        })
        .then(barePage),
    groups: (place, request, signal) =>
      ask
        .json<Groups>(at(place, 'groups'), {
          query: [
            ['by', request.by],
            ['query', request.query],
            ['archived', String(request.archived)]
          ],
          signal
        })
        .then(bareGroups),
    details: (place, run, points, signal) =>
      ask.json<Details>(at(place, 'runs', run), { query: [['points', String(points)]], signal }).then(bareDetails),
    executed: (place, run, signal) => ask.json(at(place, 'runs', run, 'executed'), { signal }),
    environment: (place, run, signal) =>
      ask.json<Environment>(at(place, 'runs', run, 'environment'), { signal }).then(bareEnvironment),
    notebook: (place, run, signal) => ask.json(at(place, 'runs', run, 'notebook'), { signal }),
    file: (place, run, path, side, signal) =>
      ask.blob(at(place, 'runs', run, 'file'), {
        query: [
          ['path', path],
          ['side', side]
        ],
        signal
      }),
    compare: (place, runs, signal) => ask.json(at(place, 'compare'), { query: several('run', runs), signal }),
    curves: async (place, request, signal) => {
      const lots = inLots(request.metrics).map(metrics =>
        ask.json<Curves>(at(place, 'curves'), {
          query: [...several('run', request.runs), ...several('metric', metrics), ['points', String(request.points)]],
          signal
        })
      );
      const [first, ...others] = await Promise.all(lots);
      return { format: first?.format ?? 1, curves: [first, ...others].flatMap(answer => answer?.curves ?? []) };
    },
    diff: (place, before, after, signal) =>
      ask.json(at(place, 'diff'), { query: [...given('before', before), ['after', after]], signal }),
    image: (place, run, kind, number, signal) => ask.blob(at(place, 'runs', run, kind, String(number)), { signal }),
    export: (place, request, signal) =>
      ask.blob(at(place, 'export'), { query: [['format', request.format], ...searched(request)], signal }),
    trash: (place, signal) => ask.json(at(place, 'trash'), { signal }),
    task: (id, signal) => ask.json(`tasks/${encodeURIComponent(id)}`, { signal }),
    choices: (place, signal) => ask.json(at(place, 'choices'), { signal }),
    remotes: (place, signal) => ask.json(at(place, 'remotes'), { signal }),
    held: (place, signal) => ask.json<HeldRuns>(at(place, 'held'), { signal }).then(bareHeld)
  };
}

function acting(ask: Asker): Acting {
  const post = <T>(path: string, body: unknown): Promise<T> => ask.json<T>(path, { method: 'POST', body });
  return {
    annotate: (place, runs, change) => post(at(place, 'annotate'), { runs, change }),
    rename: (place, run, name) => post(at(place, 'rename'), { run, name }),
    delete: (place, runs) => post(at(place, 'delete'), { runs }),
    undelete: (place, names) => post(at(place, 'undelete'), { runs: names }),
    end: (place, run, discard) => post(at(place, 'end'), { run, discard }),
    previewPromotion: (place, asked, signal) =>
      ask.json(at(place, 'promote', 'preview'), { method: 'POST', body: asked, signal }),
    promote: (place, asked) => post(at(place, 'promote'), asked),
    seen: (place, runs) => post(at(place, 'seen'), { runs }),
    push: (place, asked) => post(at(place, 'push'), asked),
    pull: (place, asked) => post(at(place, 'pull'), asked),
    recover: place => post(at(place, 'recover'), {}),
    storage: place => post(at(place, 'storage'), {}),
    cancel: id => ask.json(`tasks/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    saveChoices: (place, choices) => ask.json(at(place, 'choices'), { method: 'PUT', body: choices })
  };
}

/** What the server takes of names at once, and what fits into an address beside two hundred runs. */
const MOST_NAMES = 50;
const MOST_LETTERS = 8_000;

function inLots(names: readonly string[]): string[][] {
  const lots: string[][] = [];
  let letters = 0;
  for (const name of names) {
    const length = encodeURIComponent(name).length;
    const lot = lots.at(-1);
    if (lot && lot.length < MOST_NAMES && letters + length <= MOST_LETTERS) {
      lot.push(name);
      letters += length;
    } else {
      lots.push([name]);
      letters = length;
    }
  }
  return lots;
}

function at(place: string, ...parts: readonly string[]): string {
  return ['places', place, ...parts].map(encodeURIComponent).join('/');
}

function several(name: string, values: readonly string[]): [string, string][] {
  return values.map(value => [name, value]);
}

function given(name: string, value: string | null): [string, string][] {
  return value === null ? [] : [[name, value]];
}

function searched(request: { readonly query: string; readonly sort: string }): [string, string][] {
  return [
    ['query', request.query],
    ['sort', request.sort]
  ];
}

/** Sends requests, and turns everything that goes wrong into a SourceError. */
class Asker {
  constructor(private readonly options: HttpOptions) {}

  async json<T>(path: string, request: Request): Promise<T> {
    const response = await this.send(path, request);
    try {
      return (await response.json()) as T;
    } catch (error) {
      throw this.unreadable(error, response, request.signal);
    }
  }

  async blob(path: string, request: Request): Promise<Blob> {
    const response = await this.send(path, request);
    try {
      return await response.blob();
    } catch (error) {
      throw this.unreadable(error, response, request.signal);
    }
  }

  private async send(path: string, request: Request): Promise<Response> {
    const query = request.query?.length ? `?${new URLSearchParams(request.query.map(pair => [...pair]))}` : '';
    const init: RequestInit = { method: request.method ?? 'GET' };
    if (request.body !== undefined) {
      init.body = JSON.stringify(request.body);
      init.headers = { 'Content-Type': 'application/json' };
    }
    if (request.signal) {
      init.signal = request.signal;
    }
    let response: Response;
    try {
      response = await this.options.send(path + query, init);
    } catch (error) {
      throw this.unreachable(error, request.signal);
    }
    // A host may not hand on the signal: the answer is dropped here then.
    if (request.signal?.aborted) {
      throw new SourceError('', '', ABORTED);
    }
    if (!response.ok) {
      throw await this.refused(response);
    }
    return response;
  }

  private say(text: string): string {
    return this.options.translate?.(text) ?? text;
  }

  private unreachable(error: unknown, signal: AbortSignal | undefined): SourceError {
    if (signal?.aborted || (error instanceof DOMException && error.name === 'AbortError')) {
      return new SourceError('', '', ABORTED);
    }
    return new SourceError(
      this.say('The server does not answer.'),
      this.say('Is it still running? Trackside tries again when you refresh.'),
      'unreachable'
    );
  }

  private unreadable(error: unknown, response: Response, signal: AbortSignal | undefined): SourceError {
    if (signal?.aborted || (error instanceof DOMException && error.name === 'AbortError')) {
      return new SourceError('', '', ABORTED);
    }
    return new SourceError(
      this.say('The answer of the server cannot be read.'),
      this.say('You may have been logged out: reload the page.'),
      'unreadable',
      response.status
    );
  }

  private async refused(response: Response): Promise<SourceError> {
    const { status } = response;
    const told = await readFailure(response);
    if (told) {
      return new SourceError(told.message, told.hint, told.code, status);
    }
    if (status === 404) {
      return new SourceError(
        this.say('Trackside does not run on this server.'),
        this.say('Install it where the server runs: pip install trackside, then restart the server.'),
        'no-server',
        status
      );
    }
    if (status === 401 || status === 403) {
      return new SourceError(
        this.say('The server refused the request.'),
        this.say('You may have been logged out: reload the page.'),
        'forbidden',
        status
      );
    }
    const message = this.say('The server failed to answer.');
    return new SourceError(message, `HTTP ${status} ${response.statusText}`.trim(), 'failed', status);
  }
}

async function readFailure(response: Response): Promise<Failure | null> {
  try {
    const told: unknown = await response.json();
    return isFailure(told) ? told : null;
  } catch {
    return null;
  }
}

function isFailure(value: unknown): value is Failure {
  return (
    isObject(value) &&
    typeof value['code'] === 'string' &&
    typeof value['message'] === 'string' &&
    typeof value['hint'] === 'string'
  );
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null;
}

/** Tell whether something that came over the bus is an event of ours. */
export function isChanged(value: unknown): value is Changed {
  return (
    isObject(value) &&
    typeof value['place'] === 'string' &&
    typeof value['revision'] === 'string' &&
    Array.isArray(value['what']) &&
    Array.isArray(value['runs'])
  );
}

function subscribe(options: HttpOptions, listener: (changed: Changed) => void): Disposable {
  let feed: Disposable | null = options.listen(event => {
    if (isChanged(event)) {
      listener(event);
    }
  });
  return {
    dispose: () => {
      feed?.dispose();
      feed = null;
    }
  };
}
