import { describe, expect, it } from 'vitest';
import { createHttpSource, isAborted } from '../../src/source/http';
import { SourceError } from '../../src/source/source';

type Send = (path: string, init: RequestInit) => Promise<Response>;

const EMPTY = JSON.stringify({
  rows: [],
  baseline: null,
  series: {},
  experiment: { record: { params: {}, metrics: {} } }
});
const silent = (): { dispose: () => void } => ({ dispose: () => undefined });

function source(send: Send): ReturnType<typeof createHttpSource> {
  return createHttpSource({ send, listen: silent });
}

async function failure(send: Send): Promise<SourceError> {
  try {
    await source(send).about();
  } catch (error) {
    expect(error).toBeInstanceOf(SourceError);
    return error as SourceError;
  }
  throw new Error('It did not fail.');
}

describe('a request', () => {
  it('quotes what a path or query could be broken with', async () => {
    const asked: string[] = [];
    const answering: Send = path => {
      asked.push(path);
      return Promise.resolve(new Response(EMPTY));
    };
    await source(answering).details('a/b', '../c?', 200);
    await source(answering).page('p', {
      query: 'params["a&b"] == 1',
      sort: '-started',
      offset: 50,
      limit: 50,
      archived: false,
      baseline: null
    });
    expect(asked).toEqual([
      'places/a%2Fb/runs/..%2Fc%3F?points=200',
      'places/p/runs?query=params%5B%22a%26b%22%5D+%3D%3D+1&sort=-started&offset=50&limit=50&archived=false'
    ]);
  });

  it('that changes something is a POST of JSON', async () => {
    let sent: RequestInit = {};
    await source((_, init) => {
      sent = init;
      return Promise.resolve(new Response('{}'));
    }).annotate('p', ['r'], { star: true });
    expect([sent.method, sent.body]).toEqual(['POST', '{"runs":["r"],"change":{"star":true}}']);
  });
});

describe('a failure', () => {
  it('told by the server keeps its words, hint and code', async () => {
    const told = { code: 'query', message: 'The filter cannot be read.', hint: 'here' };
    const error = await failure(() => Promise.resolve(new Response(JSON.stringify(told), { status: 400 })));
    expect([error.code, error.message, error.hint, error.status]).toEqual(['query', told.message, 'here', 400]);
  });

  it('without an answer says that the server is away', async () => {
    expect((await failure(() => Promise.reject(new TypeError('fetch')))).code).toBe('unreachable');
  });

  it('of a server without Trackside says so', async () => {
    const error = await failure(() => Promise.resolve(new Response('<html>', { status: 404 })));
    expect(error.code).toBe('no-server');
  });

  it('by a login page in place of JSON is told, not thrown raw', async () => {
    expect((await failure(() => Promise.resolve(new Response('<html>')))).code).toBe('unreadable');
  });

  it('because nobody waits any more is told apart, also when the host drops the signal', async () => {
    const aborting = new AbortController();
    const answer = source(() => Promise.resolve(new Response('{}'))).about(aborting.signal);
    aborting.abort();
    await expect(answer).rejects.toSatisfy(isAborted);
  });
});

describe('events', () => {
  it('that are not ours are left out, and none come after disposal', () => {
    let emit: (event: unknown) => void = () => undefined;
    let isListening = true;
    const heard: unknown[] = [];
    const subscription = createHttpSource({
      send: () => Promise.reject(new Error('unused')),
      listen: listener => {
        emit = listener;
        return { dispose: () => (isListening = false) };
      }
    }).subscribe(changed => heard.push(changed));
    emit({ place: 'p', revision: '1', what: ['runs'], runs: [] });
    emit({ place: 7 });
    emit(null);
    subscription.dispose();
    expect([heard.length, isListening]).toEqual([1, false]);
  });
});

describe('an answer', () => {
  const request = { query: '', sort: '', offset: 0, limit: 9, archived: false, baseline: null };

  it('has no parameter or metric that its data did not give it', async () => {
    const row = { params: { toString: 1 }, data: {}, metrics: {} };
    const text = JSON.stringify({ rows: [row], baseline: { ...row, params: {} } });
    const page = await source(() => Promise.resolve(new Response(text))).page('p', request);
    expect(page.rows[0]?.params['toString']).toBe(1);
    expect(page.rows[0]?.metrics['constructor']).toBeUndefined();
    expect(page.baseline?.params['toString']).toBeUndefined();
    expect(page.baseline?.params['__proto__']).toBeUndefined();
  });
});

describe('curves of many metrics', () => {
  it('are asked for in lots that the server takes, and come as one answer', async () => {
    const asked: string[][] = [];
    const answering: Send = path => {
      const metrics = new URLSearchParams(path.split('?')[1]).getAll('metric');
      asked.push(metrics);
      const curves = metrics.map(metric => ({ run: 'r', metric, total: 0, points: [] }));
      return Promise.resolve(new Response(JSON.stringify({ format: 1, curves })));
    };
    const metrics = Array.from({ length: 120 }, (_, place) => `m${place}`);
    const told = await source(answering).curves('p', { runs: ['r'], metrics, points: 9 });
    expect(told.curves.map(curve => curve.metric)).toEqual(metrics);
    expect(asked.map(lot => lot.length)).toEqual([50, 50, 20]);
    await source(answering).curves('p', { runs: ['r'], metrics: ['x'.repeat(7000), 'y'.repeat(7000)], points: 9 });
    expect(asked.slice(3).map(lot => lot.length)).toEqual([1, 1]);
  });
});
