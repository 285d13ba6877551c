import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHttpSource, isAborted } from '../../src';
import { Carrier, PATIENCE } from '../../widget/carrier';
import type { Hear } from '../../widget/model';

interface Asked {
  readonly ask: string;
  readonly q: string;
  readonly method?: string;
  readonly path?: string;
  readonly body?: unknown;
}

/** The kernel's end of the line: keeps what was asked, answers when told to. */
class Kernel {
  readonly asked: Asked[] = [];
  private readonly heard = new Set<Hear>();

  readonly channel = {
    send: (content: unknown): void => void this.asked.push(content as Asked),
    listen: (hear: Hear) => {
      this.heard.add(hear);
      return { dispose: () => this.heard.delete(hear) };
    }
  };

  tell(content: unknown, ...buffers: Uint8Array[]): void {
    const views = buffers.map(each => new DataView(each.buffer, each.byteOffset, each.byteLength));
    this.heard.forEach(hear => hear(content, views));
  }

  answer(at: number, body: unknown, status = 200, type = 'application/json'): void {
    this.tell({ q: this.asked[at]?.q, status, type }, bytes(JSON.stringify(body)));
  }
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function line(): { kernel: Kernel; carrier: Carrier; source: ReturnType<typeof createHttpSource> } {
  const kernel = new Kernel();
  const carrier = new Carrier(kernel.channel);
  return { kernel, carrier, source: createHttpSource(carrier) };
}

describe('a question', () => {
  it('is answered by the message of its name, whatever comes first', async () => {
    const { kernel, source } = line();
    const first = source.task('one');
    const second = source.task('two');
    kernel.answer(1, { id: 'two' });
    kernel.tell({ q: 'of another page', status: 200 }, bytes('{}'));
    kernel.answer(0, { id: 'one' });
    expect([await first, await second]).toEqual([{ id: 'one' }, { id: 'two' }]);
  });

  it('carries method, address and body as the routes have them', async () => {
    const { kernel, source } = line();
    const done = source.rename('p/1', 'r', 'best');
    expect(kernel.asked[0]).toMatchObject({
      ask: 'desk',
      method: 'POST',
      path: 'places/p%2F1/rename',
      body: { run: 'r', name: 'best' }
    });
    kernel.answer(0, { names: ['best'] });
    expect(await done).toEqual({ names: ['best'] });
  });

  it('that is refused fails in the words of the desk', async () => {
    const { kernel, source } = line();
    const asked = source.about();
    kernel.answer(0, { code: 'busy', message: 'Too much.', hint: 'Later.' }, 503);
    await expect(asked).rejects.toMatchObject({ message: 'Too much.', hint: 'Later.', code: 'busy', status: 503 });
  });

  it('for a picture gives its bytes, also from the middle of a larger buffer', async () => {
    const { kernel, source } = line();
    const asked = source.image('p', 'r', 'figures', 0);
    const whole = bytes('..PNG..');
    kernel.tell({ q: kernel.asked[0]?.q, status: 200, type: 'image/png' }, whole.subarray(2, 5));
    const picture = await asked;
    expect([picture.type, await picture.text()]).toEqual(['image/png', 'PNG']);
  });

  it('that nobody waits for is taken back, and its late answer is dropped', async () => {
    const { kernel, source } = line();
    const aborting = new AbortController();
    const asked = source.about(aborting.signal);
    aborting.abort();
    await expect(asked.catch(isAborted)).resolves.toBe(true);
    expect(kernel.asked[1]).toEqual({ ask: 'cancel', q: kernel.asked[0]?.q });
    kernel.answer(0, {});
  });

  it('fails when the line is closed', async () => {
    const { carrier, source } = line();
    const asked = source.about();
    carrier.dispose();
    await expect(asked).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('has a name that no other page uses', () => {
    const [one, other] = [line(), line()];
    void one.source.about().catch(() => undefined);
    void other.source.about().catch(() => undefined);
    expect(one.kernel.asked[0]?.q).not.toBe(other.kernel.asked[0]?.q);
  });
});

describe('a change', () => {
  it('is heard by who listens', () => {
    const { kernel, source } = line();
    const heard: unknown[] = [];
    const feed = source.subscribe(changed => heard.push(changed));
    const changed = { place: 'p', revision: 'r', what: ['runs'], runs: [] };
    kernel.tell({ event: changed });
    kernel.tell({ event: 'nonsense' });
    kernel.tell(null);
    feed.dispose();
    kernel.tell({ event: changed });
    expect(heard).toEqual([changed]);
  });
});

describe('a kernel', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('counts as busy while an answer takes long, and no longer', async () => {
    const { kernel, carrier, source } = line();
    const seen: boolean[] = [];
    carrier.subscribe(() => seen.push(carrier.busy()));
    const first = source.about();
    vi.advanceTimersByTime(PATIENCE - 10);
    const second = source.about();
    vi.advanceTimersByTime(20);
    expect(carrier.busy()).toBe(true);
    kernel.answer(0, {});
    expect(carrier.busy()).toBe(false);
    kernel.answer(1, {});
    await Promise.all([first, second]);
    vi.advanceTimersByTime(10 * PATIENCE);
    expect(seen).toEqual([true, false]);
  });
});
