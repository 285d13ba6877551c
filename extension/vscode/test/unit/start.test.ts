import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { WorkspaceFolder } from 'vscode';
import { Desk } from '../../src/desk/desk';

const started = vi.hoisted((): string[] => []);

vi.mock('vscode', () => ({
  EventEmitter: class {
    readonly event = (): void => undefined;
    fire(): void {}
    dispose(): void {}
  },
  workspace: { isTrusted: true },
  l10n: { t: (words: string) => words }
}));
vi.mock('../../src/desk/child', () => ({
  Child: class {
    constructor({ python }: { readonly python: string }) {
      started.push(python);
    }
    dispose(): void {}
  }
}));

describe('A desk that is started again while an interpreter is looked for', () => {
  const folder = { name: 'project', uri: { fsPath: '/project' } } as unknown as WorkspaceFolder;
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  beforeEach(() => {
    started.length = 0;
  });

  it.each([
    ['first', [0, 1]],
    ['last', [1, 0]]
  ])('uses the one that was asked for last, also when the other is found %s', async (_, order) => {
    const found: ((python: string) => void)[] = [];
    const find = (): Promise<string> => new Promise(resolve => found.push(resolve));
    const desk = new Desk(folder, find, '/home', log as never);
    desk.restart();
    for (const at of order) {
      found[at]?.(at === 0 ? '/old/python' : '/new/python');
      await Promise.resolve();
    }
    await new Promise(resolve => setTimeout(resolve));
    expect(started).toEqual(['/new/python']);
    expect(desk.python).toBe('/new/python');
    desk.dispose();
  });
});
