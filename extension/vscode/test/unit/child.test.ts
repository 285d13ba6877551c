import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Child } from '../../src/desk/child';
import type { End, Start } from '../../src/desk/child';

const ROOT = resolve(__dirname, '../../../..');
const OWN = join(ROOT, '.venv/bin/python');
const PYTHON = process.env['TRACKSIDE_TEST_PYTHON'] ?? (existsSync(OWN) ? OWN : 'python3');
const canRun = spawnSync(PYTHON, ['-c', 'import msgspec']).status === 0;
/** What a stranger's folder would like to be run. */
const TRAP = "raise SystemExit('A stranger was run.')\n";
/** The child imports some modules when it starts, and others when it is asked. */
const NAMES = ['json', 'asyncio', 'base64', 'threading', 'sqlite3', 'msgspec', 'nbformat', 'difflib', 'sitecustomize'];

/** Start a child; resolves when it has said hello or ended before that. */
function start(folder: string): {
  readonly child: Child;
  readonly began: Promise<End | null>;
  readonly ended: Promise<End>;
} {
  let greet: (end: End | null) => void = () => undefined;
  let end: (end: End) => void = () => undefined;
  const began = new Promise<End | null>(found => (greet = found));
  const ended = new Promise<End>(found => (end = found));
  void ended.then(greet);
  // As the extension starts it: in its own folder.
  const how: Start = { python: PYTHON, folder, home: resolve(__dirname, '../..') };
  const child = new Child(how, { hello: () => greet(null), ended: end, event: () => undefined, log: () => undefined });
  return { child, began, ended };
}

describe.skipIf(!canRun)('The child of a folder', () => {
  let folder = '';
  beforeEach(() => {
    vi.stubEnv('PYTHONPATH', join(ROOT, 'kernel_side'));
    folder = mkdtempSync(join(tmpdir(), 'trackside-'));
    NAMES.forEach(name => writeFileSync(join(folder, `${name}.py`), TRAP));
    mkdirSync(join(folder, 'trackside'));
    ['__init__', '__main__'].forEach(name => writeFileSync(join(folder, 'trackside', `${name}.py`), TRAP));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs no module that lies in the folder', async () => {
    const { child, began, ended } = start(folder);
    expect(await began).toBeNull();
    expect((await child.ask('GET', 'place?path=', null)).status).toBe(200);
    const body = JSON.stringify({ run: 'a', path: 'b', content: '{}' });
    expect((await child.ask('POST', 'places/none/editor', body)).status).toBe(404);
    child.dispose();
    expect(await ended).toEqual({ notStarted: null, status: 0, said: '' });
  });
});
