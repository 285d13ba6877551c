import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Child } from '../../src/desk/child';
import type { End } from '../../src/desk/child';

const ROOT = resolve(__dirname, '../../../..');
const PYTHON = process.env['TRACKSIDE_TEST_PYTHON'] ?? 'python3';
/** What a stranger's folder would like to be run. */
const TRAP = "raise SystemExit('A stranger was run.')\n";
/** The child imports some modules when it starts, and others when it is asked. */
const NAMES = ['json', 'asyncio', 'base64', 'threading', 'sqlite3', 'msgspec', 'nbformat', 'difflib', 'sitecustomize'];

describe('The child of a folder', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'trackside-'));
    NAMES.forEach(name => writeFileSync(join(folder, `${name}.py`), TRAP));
    mkdirSync(join(folder, 'trackside'));
    ['__init__', '__main__'].forEach(name => writeFileSync(join(folder, 'trackside', `${name}.py`), TRAP));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('runs no module that lies in the folder', async () => {
    process.env['PYTHONPATH'] = join(ROOT, 'kernel_side');
    let child: Child | null = null;
    const ended = new Promise<End>(resolve => {
      child = new Child(
        { python: PYTHON, folder, home: resolvedHome },
        { hello: greet, event: () => undefined, ended: resolve, log: () => undefined }
      );
    });
    await Promise.race([greeted, ended.then(end => Promise.reject(new Error(end.said)))]);
    const asked = child as Child | null;
    expect((await asked?.ask('GET', 'place?path=', null))?.status).toBe(200);
    expect((await asked?.ask('POST', 'places/none/editor', '{"run": "a", "path": "b", "content": "{}"}'))?.status).toBe(404);
    asked?.dispose();
    expect((await ended).said).not.toContain('stranger');
  });
});

const resolvedHome = resolve(__dirname, '../..');
let greet = (): void => undefined;
const greeted = new Promise<void>(resolve => {
  greet = resolve;
});
