import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Api } from '../../../src/extension';
import { click, outside, see, shot, until, window } from '../eyes';
import { activated, runs } from '../project';

const WELCOME = '.welcome-view-content';

/** Each face follows from the one before: a folder as a person finds it, until it has a run. */
describe('A folder without runs', () => {
  let api: Api;
  const python = (path: unknown): Thenable<void> =>
    vscode.workspace.getConfiguration('trackside').update('python', path, vscode.ConfigurationTarget.Workspace);
  const standing = (): string => {
    const standing = api.desks.all()[0]?.standing;
    return standing?.state === 'failed' ? standing.problem.kind : (standing?.state ?? '');
  };
  before(async () => {
    api = await activated();
  });

  it('says that there is no repository', async () => {
    await see(window, WELCOME, 'in no Git repository');
    await shot('welcome-repository');
  });

  it('says that there is no Python', async () => {
    await python('/nowhere/python3');
    await see(window, WELCOME, 'No Python was found');
    assert.equal(standing(), 'no-python');
  });

  it('says that the package is too old, or newer than the extension', async () => {
    await python(await outside('python', { says: '{"hello": 1, "about": {"format": 0, "version": "0.0.1"}}' }));
    await see(window, WELCOME, 'too old for this extension');
    await python(await outside('python', { says: '{"hello": 2, "about": {"format": 1, "version": "9"}}' }));
    await see(window, WELCOME, 'newer than this extension');
  });

  it('installs the package in a terminal when the person says so, then starts', async function () {
    await python(await outside('python', { says: '' }));
    await see(window, WELCOME, 'not installed in the Python of this folder');
    await shot('welcome-package');
    if ((await outside('terminals')) !== true) {
      this.skip();
    }
    await click(window, `${WELCOME} .monaco-button`, 'Install');
    await see(window, '.terminal-wrapper.active');
    await see(window, WELCOME, 'in no Git repository');
    assert.deepEqual(await outside('installed'), ['-m', 'pip', 'install', '--upgrade', 'trackside']);
    await shot('installed');
    await vscode.commands.executeCommand('workbench.action.closePanel');
  });

  it('sees by itself that there is a repository, then a commit, then a run', async () => {
    await outside('init');
    await see(window, WELCOME, 'no commit yet');
    await outside('commit');
    await see(window, WELCOME, '%load_ext trackside');
    await shot('welcome-run');
    await outside('run');
    await runs(api, 1);
    await see(window, '.monaco-list-row[aria-label*="calm-otter-3f"]');
  });

  it('starts again when its child dies', async () => {
    const [desk] = api.desks.all();
    assert.ok(desk);
    process.kill(Number(desk.pid), 'SIGKILL');
    await until(standing, now => now === 'starting');
    await until(standing, now => now === 'ready');
    await runs(api, 1);
  });
});
