// @vitest-environment jsdom
/** The promotion dialog: what it offers, asks for, shows and says. */

import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { PromotePreview, Task } from '../../src/contract';
import { webAddress } from '../../src/model/address';
import { SourceError } from '../../src/source/source';
import { countLines } from '../../src/views/promote/PreviewFiles';
import { PromoteDialog } from '../../src/views/promote/PromoteDialog';
import { golden } from '../golden';
import { PLACE, stage } from './stage';
import type { Stage, Staging } from './stage';

function show(overrides: Staging['overrides'] = {}): Stage {
  return stage(<PromoteDialog place={PLACE} run="r1" onClose={() => undefined} />, { overrides });
}

function previewed(change: Partial<PromotePreview>): Staging['overrides'] {
  return { previewPromotion: () => Promise.resolve({ ...golden<PromotePreview>('preview'), ...change }) };
}

function tick(name: string): void {
  fireEvent.click(screen.getByRole('checkbox', { name }));
}

/** Open what is folded; this environment tells nobody of it by itself. */
function unfold(name: string): void {
  const folded = screen.getByText(name).closest('details');
  folded?.setAttribute('open', '');
  folded?.dispatchEvent(new Event('toggle'));
}

const LONG = { timeout: 3000 };

describe('the promotion dialog', () => {
  it('shows the preview, takes another name, and tells what was made', async () => {
    const { calls } = show();
    await screen.findByText('3 files change');
    fireEvent.change(screen.getByRole('textbox', { name: 'Branch' }), { target: { value: 'exp/mine' } });
    await waitFor(() => expect(calls).toContainEqual(['preview', 'r1', 'exp/mine']));
    const button = screen.getByRole('button', { name: 'Make the branch' });
    await waitFor(() => expect(button).toHaveProperty('disabled', false));
    fireEvent.click(button);
    await screen.findByText('The branch exp/keen-hawk-c2 is made and pushed to origin.', {}, LONG);
    const asked = calls.find(call => call[0] === 'promote')?.[3];
    expect(asked).toEqual({
      run: 'r1',
      branch: 'exp/mine',
      onto: '',
      update: false,
      outputs: 'strip',
      hooks: true,
      push: false,
      request: false,
      draft: false,
      title: ''
    });
  });

  it('offers nothing while there is a problem', async () => {
    show();
    await screen.findByText('3 files change');
    fireEvent.change(screen.getByRole('textbox', { name: 'Branch' }), { target: { value: 'exp/taken' } });
    await screen.findByRole('alert');
    expect(screen.getByRole('button', { name: 'Make the branch' })).toHaveProperty('disabled', true);
  });

  it('pushes and asks for a review only when told to, and says so on the button', async () => {
    const { calls } = show();
    await screen.findByText('3 files change');
    expect(screen.queryByRole('checkbox', { name: 'Open a merge request' })).toBe(null);
    tick('Push it to origin');
    tick('As a draft');
    fireEvent.change(screen.getByRole('textbox', { name: 'Title' }), { target: { value: 'Boosting' } });
    fireEvent.click(screen.getByRole('button', { name: 'Push and open a merge request' }));
    await screen.findByText('The merge request is open.', {}, LONG);
    expect(calls.find(call => call[0] === 'promote')?.[3]).toMatchObject({
      push: true,
      request: true,
      draft: true,
      title: 'Boosting'
    });
    fireEvent.click(screen.getByRole('button', { name: 'Look at it' }));
    fireEvent.click(screen.getByRole('button', { name: 'Copy the address' }));
    const address = 'https://git.example.org/team/study/-/merge_requests/7';
    expect(calls).toContainEqual(['openAddress', address]);
    expect(calls).toContainEqual(['copy', address]);
  });

  it('asks for another preview for what changes it, and for none when only the push does', async () => {
    const { calls } = show();
    const count = (): number => calls.filter(call => call[0] === 'preview').length;
    await screen.findByText('3 files change');
    tick('Push it to origin');
    expect(count()).toBe(1);
    tick('Keep the outputs of notebooks');
    await waitFor(() => expect(count()).toBe(2));
    fireEvent.change(screen.getByRole('combobox', { name: 'For' }), { target: { value: 'develop' } });
    await waitFor(() => expect(count()).toBe(3));
  });

  it('offers no push without a remote, and no merge where there is nothing to merge', async () => {
    show(previewed({ remote: null, merge: { state: 'same', conflicts: [] } }));
    await screen.findByText('There is no remote to push to; the branch stays here.');
    expect(screen.queryByRole('checkbox', { name: /Push/ })).toBe(null);
    expect(screen.queryByRole('checkbox', { name: /Merge/ })).toBe(null);
  });

  it('names conflicts by file and cell, and hooks that do not run with the reason', async () => {
    show({ previewPromotion: () => Promise.resolve(golden('preview-conflicts')) });
    const conflicts = await screen.findByRole('region', { name: 'Conflicts' });
    expect(
      within(conflicts)
        .getAllByRole('listitem')
        .map(item => item.textContent)
    ).toEqual(['study.ipynbcell 2: both sides changed the same lines', 'features.pyboth sides changed the same lines']);
    const hooks = screen.getByRole('list', { name: 'Commit hooks' });
    expect(within(hooks).getByText('.githooks is not part of the branch.')).toBeTruthy();
  });

  it('shows the report in a frame that may do nothing, and its Markdown on request', async () => {
    const { calls } = show();
    await screen.findByText('3 files change');
    unfold('Report for the review');
    const frame = await screen.findByTitle('Report for the review');
    expect(frame.tagName).toBe('IFRAME');
    expect(frame.getAttribute('sandbox')).toBe('');
    expect(frame.getAttribute('src')).toBe(null);
    fireEvent.click(screen.getByText('Markdown'));
    expect(screen.queryByTitle('Report for the review')).toBe(null);
    fireEvent.click(screen.getByText('Copy the Markdown'));
    expect(calls).toContainEqual(['copy', golden<PromotePreview>('preview').report]);
  });

  it('shows a notebook cell by cell', async () => {
    show();
    await screen.findByText('study.ipynb');
    unfold('study.ipynb');
    expect(await screen.findByText('Changed, cell 2')).toBeTruthy();
  });

  it('opens no address that is none of the web', async () => {
    const task = golden<Task>('task');
    const evil = {
      ...task,
      result: { ...task.result, request: { url: 'javascript:alert(1)', rung: 'link', state: 'offered' } }
    };
    show({ task: () => Promise.resolve(evil as Task) });
    await screen.findByText('3 files change');
    fireEvent.click(screen.getByRole('button', { name: 'Make the branch' }));
    await screen.findByText('javascript:alert(1)', {}, LONG);
    expect(screen.queryByRole('button', { name: /Open it|Look at it/ })).toBe(null);
    expect(webAddress('https://a.example/b?c')).toBe('https://a.example/b?c');
    for (const bad of ['javascript:1', 'data:text/html,x', 'file:///x', 'https://me:pw@a.example/', 'no', '', null]) {
      expect(webAddress(bad)).toBe(null);
    }
  });

  it('tells a failure with its hint, looks again, and lets a person try again', async () => {
    const { calls } = show({ task: () => Promise.resolve(golden('task-failed')) });
    await screen.findByText('3 files change');
    fireEvent.click(screen.getByRole('button', { name: 'Make the branch' }));
    await screen.findByText(golden<Task>('task-failed').error?.message ?? '', {}, LONG);
    await waitFor(() => expect(calls.filter(call => call[0] === 'preview').length).toBe(2));
    await waitFor(() =>
      expect(screen.getByRole('button', { name: 'Make the branch' })).toHaveProperty('disabled', false)
    );
  });

  it('tells why there is no preview', async () => {
    show({
      previewPromotion: () => Promise.reject(new SourceError('It is gone.', 'Look in the trash.', 'unknown-run'))
    });
    expect((await screen.findByRole('alert')).textContent).toContain('Look in the trash.');
  });

  it('counts lines of a difference, heads of files left out', () => {
    expect(countLines('--- a\n+++ b\n@@ -1 +1,2 @@\n-x\n+y\n+z\n w')).toEqual({ added: 2, removed: 1 });
  });
});
