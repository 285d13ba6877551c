import type { About } from '@trackside/ui';
import { describe, expect, it } from 'vitest';
import { formatCancel, formatQuestion, LineCutter, parseSaid } from '../../src/desk/lines';
import { problemOfEnd, problemOfHello } from '../../src/desk/problem';
import { golden } from './golden';

const about = golden<About>('about');

describe('Lines from the child', () => {
  it('are whole however the pipe cuts them, also within a letter', () => {
    const bytes = Buffer.from('{"a":"ä"}\n{"b":1}\n{"c"');
    for (let size = 1; size < bytes.length; size += 1) {
      const cutter = new LineCutter();
      const lines: string[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        lines.push(...cutter.take(bytes.subarray(at, at + size)));
      }
      expect(lines).toEqual(['{"a":"ä"}', '{"b":1}']);
    }
  });

  it('are understood as hello, answers and events, and as nothing else', () => {
    expect(parseSaid(JSON.stringify({ hello: 1, about }))).toEqual({ kind: 'hello', protocol: 1, about });
    const event = golden('changed');
    expect(parseSaid(JSON.stringify({ event }))).toEqual({ kind: 'event', event });
    const body = golden('page');
    expect(parseSaid(JSON.stringify({ id: 3, status: 200, type: 'application/json', body }))).toMatchObject({
      kind: 'answer',
      answer: { id: 3, status: 200, body }
    });
    const said = parseSaid('{"id":4,"status":200,"type":"image/png","base64":"AQID"}');
    expect(said?.kind === 'answer' && [...(said.answer.bytes ?? [])]).toEqual([1, 2, 3]);
    for (const line of [
      '',
      'Traceback',
      '[]',
      'null',
      '3',
      '{}',
      '{"id":"1","status":200,"type":"x"}',
      '{"hello":1}'
    ]) {
      expect(parseSaid(line)).toBeNull();
    }
  });

  it('are asked for in one line each', () => {
    expect(JSON.parse(formatQuestion(1, 'GET', 'about', null))).toEqual({ id: 1, method: 'GET', path: 'about' });
    const line = formatQuestion(2, 'POST', 'places/p/rename', '{"name":"a\\nb"}');
    expect(line.match(/\n/g)).toHaveLength(1);
    expect(JSON.parse(line)).toMatchObject({ body: { name: 'a\nb' } });
    expect(JSON.parse(formatCancel(2))).toEqual({ cancel: 2 });
  });
});

describe('What is wrong with a child', () => {
  const end = (said: string): ReturnType<typeof problemOfEnd>['kind'] =>
    problemOfEnd({ notStarted: null, status: 1, said }, 'python3').kind;

  it('is told from how it ended', () => {
    expect(problemOfEnd({ notStarted: 'ENOENT', status: null, said: '' }, 'python3').kind).toBe('no-python');
    expect(end('/usr/bin/python3: No module named trackside')).toBe('no-package');
    expect(end('/usr/bin/python3: No module named trackside.__main__; …')).toBe('package-old');
    expect(end("trackside: error: argument VERB: invalid choice: 'serve' (choose from …)")).toBe('package-old');
    expect(end('Traceback (most recent call last):')).toBe('failed');
    // A package that Trackside needs and that is missing is not Trackside itself.
    expect(end("ModuleNotFoundError: No module named 'msgspec'")).toBe('failed');
  });

  it('is told from its hello', () => {
    expect(problemOfHello(1, about, 'python3')).toBeNull();
    expect(problemOfHello(1, { ...about, format: 2 }, 'python3')?.kind).toBe('extension-old');
    expect(problemOfHello(2, about, 'python3')?.kind).toBe('extension-old');
    expect(problemOfHello(0, about, 'python3')?.kind).toBe('package-old');
  });
});
