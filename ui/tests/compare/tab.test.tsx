// @vitest-environment jsdom
import './browser';
import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import type { Comparison, Details } from '../../src/contract';
import { SourceError } from '../../src/source/source';
import { CompareView } from '../../src/views/compare/CompareView';
import { Differences } from '../../src/views/compare/Differences';
import { RunView } from '../../src/views/run/RunView';
import { collectRows } from '../../src/model/compare/differences';
import { golden } from './golden';
import { draw, place, setStage } from './stage';

afterEach(cleanup);
const runs = ['one', 'two'];

describe('the compare tab', () => {
  it('asks for a second run when there is only one', () => {
    draw(setStage(), <CompareView place={place} runs={['one']} />);
    expect(screen.getByText('Choose two runs or more to compare.')).toBeTruthy();
  });
  it('says why there is no repository', () => {
    const none = { ...place, id: null, message: 'This folder is in no Git repository.', hint: 'git init' };
    draw(setStage(), <CompareView place={none} runs={runs} />);
    expect(screen.getByText('This folder is in no Git repository.')).toBeTruthy();
  });
  it('tells a failure with its hint and tries again', async () => {
    let isDown = true;
    const compare = async (): Promise<Comparison> => {
      if (isDown) {
        throw new SourceError('The server does not answer.', 'Is it running?', 'unreachable');
      }
      return golden<Comparison>('comparison');
    };
    draw(setStage({ compare }), <CompareView place={place} runs={runs} />);
    expect((await screen.findByRole('alert')).textContent).toContain('Is it running?');
    isDown = false;
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('2 runs compared')).toBeTruthy();
  });
  it('shows what differs, and the same ones when asked', async () => {
    draw(setStage(), <CompareView place={place} runs={runs} />);
    const table = await screen.findByRole('region', { name: 'Table of differences' });
    expect(within(table).queryByText('model')).toBeNull();
    fireEvent.click(screen.getByRole('checkbox', { name: /Show all/ }));
    expect(within(table).getByText('model')).toBeTruthy();
  });
  it('makes another run the first, hides one, takes one out', async () => {
    const told: (readonly string[])[] = [];
    draw(setStage(), <CompareView place={place} runs={runs} onRuns={next => told.push(next)} />);
    fireEvent.click(await screen.findByRole('button', { name: /make it the first/ }));
    expect(told).toEqual([['two', 'one']]);
    const eye = screen.getAllByRole('button', { name: /out of charts/ })[0] as HTMLElement;
    fireEvent.click(eye);
    expect(await screen.findByRole('button', { name: /^Draw/ })).toBeTruthy();
    fireEvent.click(screen.getAllByRole('button', { name: /out of the comparison/ })[0] as HTMLElement);
    await waitFor(() => expect(told).toHaveLength(2));
  });
  it('folds a section and remembers it', async () => {
    let kept: unknown = null;
    const stage = setStage({
      saveChoices: async (_place, choices) => {
        kept = choices.choices['folded'];
        return choices;
      }
    });
    draw(stage, <CompareView place={place} runs={runs} />);
    const head = await screen.findByRole('button', { name: /^Differences/, expanded: true });
    fireEvent.click(head);
    expect(screen.queryByRole('region', { name: 'Table of differences' })).toBeNull();
    cleanup();
    await waitFor(() => expect(kept).toEqual(['compare.differences']));
  });
  it('goes to a section by the row of buttons, arrows move in it', async () => {
    draw(setStage(), <CompareView place={place} runs={runs} />);
    const nav = await screen.findByRole('navigation', { name: 'Sections' });
    const buttons = within(nav).getAllByRole('button');
    buttons[0]?.focus();
    fireEvent.keyDown(buttons[0] as HTMLElement, { key: 'ArrowLeft' });
    expect(document.activeElement?.textContent).toBe('Environment');
    fireEvent.click(buttons[3] as HTMLElement);
    expect(document.activeElement?.textContent).toContain('Scatter');
    expect(document.activeElement?.getAttribute('aria-expanded')).toBe('true');
  });
  it('chooses a range by the keyboard and keeps the runs inside', async () => {
    draw(setStage(), <CompareView place={place} runs={runs} />);
    const range = (await screen.findAllByRole('slider', { name: /^Range of lr/ }))[0] as HTMLElement;
    fireEvent.keyDown(range, { key: 'Enter' });
    expect(range.getAttribute('aria-valuetext')).toBe('from 50 % to 100 % of its range');
    fireEvent.keyDown(range, { key: 'ArrowDown', altKey: true });
    expect(range.getAttribute('aria-valuetext')).toBe('from 45 % to 100 % of its range');
    fireEvent.click(screen.getByRole('button', { name: 'Show only these' }));
    expect(await screen.findAllByRole('button', { name: /^Draw/ })).toHaveLength(1);
    fireEvent.keyDown(range, { key: 'Escape' });
    expect(range.getAttribute('aria-valuetext')).toBe('all of its range');
  });
  it('goes from point to point of a scatter by arrows', async () => {
    const stage = setStage();
    draw(stage, <CompareView place={place} runs={runs} />);
    const plot = await screen.findByRole('application');
    fireEvent.keyDown(plot, { key: 'ArrowRight' });
    expect(plot.textContent).toContain('calm-otter-3f, lr 0.1, accuracy 0.91');
    fireEvent.keyDown(plot, { key: 'Enter' });
    expect(stage.asked).toContain('openRun "place" "one"');
  });
  it('moves the divider of two pictures by arrows', async () => {
    draw(setStage(), <CompareView place={place} runs={runs} />);
    fireEvent.click(await screen.findByRole('radio', { name: 'Swipe' }));
    const divider = await screen.findByRole('slider', { name: /^Divider/ });
    fireEvent.keyDown(divider, { key: 'ArrowLeft' });
    expect(divider.getAttribute('aria-valuenow')).toBe('48');
    fireEvent.keyDown(divider, { key: 'End' });
    expect(divider.getAttribute('aria-valuenow')).toBe('100');
  });
  it('tells binary files, counts lines, folds same cells', async () => {
    draw(setStage(), <CompareView place={place} runs={runs} />);
    expect(await screen.findByText('A binary file: its bytes differ.')).toBeTruthy();
    expect(screen.getByText('1 cell is the same')).toBeTruthy();
    expect(screen.getByRole('button', { name: /features\.py/ }).textContent).toContain('+1');
  });
  it('asks anew when an open run moved, and not for another place', async () => {
    let count = 0;
    const stage = setStage({
      compare: async () => {
        count += 1;
        return golden<Comparison>('comparison');
      }
    });
    draw(stage, <CompareView place={place} runs={runs} />);
    await screen.findByText('2 runs compared');
    act(() => stage.tell({ place: 'elsewhere', revision: '2', what: ['open'], runs: ['two'] }));
    act(() => stage.tell({ place: 'place', revision: '2', what: ['open'], runs: ['three'] }));
    await act(async () => new Promise(resolve => setTimeout(resolve, 50)));
    expect(count).toBe(1);
    act(() => stage.tell({ place: 'place', revision: '3', what: ['open'], runs: ['two'] }));
    await waitFor(() => expect(count).toBe(2));
  });
});

describe('the difference table', () => {
  it('turns when there are more than eight runs', () => {
    const pair = golden<Comparison>('comparison');
    const many = Array.from({ length: 9 }, (_, index) => ({
      id: `r${index}`,
      name: `run-${index}`,
      stroke: { token: '--ts-run-1', dash: [] }
    }));
    const rows = collectRows({
      ...pair,
      params: pair.params.map(row => ({ ...row, values: many.map(() => 1), present: many.map(() => true) }))
    });
    draw(setStage(), <Differences rows={rows} runs={many} onOpen={() => undefined} />);
    expect(screen.getByRole('rowheader', { name: 'run-8' })).toBeTruthy();
    expect(screen.getByRole('columnheader', { name: 'lr' })).toBeTruthy();
  });
});

describe('the run tab', () => {
  it('says that a run is gone', async () => {
    const details = async (): Promise<Details> => {
      throw new SourceError('There is no such run.', 'It may have been deleted.', 'unknown-run', 404);
    };
    draw(setStage({ details }), <RunView place={place} run="gone" />);
    expect((await screen.findByRole('alert')).textContent).toContain('It may have been deleted.');
  });
  it('says what is wrong with a damaged run and shows the rest', async () => {
    const details = async (): Promise<Details> => {
      const found = golden<Details>('details');
      return { ...found, experiment: { ...found.experiment, problem: 'The record is cut short.' } };
    };
    draw(setStage({ details }), <RunView place={place} run="two" />);
    expect((await screen.findByText(/The record is cut short/)).textContent).toContain('What could be read');
    expect(screen.getByRole('region', { name: 'Parameters' })).toBeTruthy();
  });
  it('marks the failed cell and shows each output', async () => {
    draw(setStage(), <RunView place={place} run="two" />);
    expect(await screen.findByText('failed', { selector: '.ts-executed-failed' })).toBeTruthy();
    expect(screen.getAllByText(/ConvergenceWarning/)).toHaveLength(2);
  });
  it('tells which data made the run', async () => {
    draw(setStage(), <RunView place={place} run="two" />);
    const region = await screen.findByRole('region', { name: 'Data' });
    expect([...region.querySelectorAll('tr')].map(row => row.textContent.replace(/\s+/g, ' ').trim())).toEqual([
      'notes/labels.tsvnot tracked d5ff0576ae512 B declared',
      'data/train.csvGit 9e26dfeeb68.12 kB named in a cell, changed during the run, cfa20f8107 before',
      'imagesDVC f076c73811.dir73.4 MB2048 files named in a cell, changed since dvc add'
    ]);
  });
  it('stars, promotes and filters the log', async () => {
    const stage = setStage();
    draw(stage, <RunView place={place} run="two" />);
    fireEvent.click(await screen.findByRole('button', { name: /^Star/ }));
    fireEvent.click(screen.getByRole('button', { name: 'Promote' }));
    await waitFor(() =>
      expect(stage.asked).toEqual(['annotate "place" ["two"] {"star":true}', 'promote "place" "two"'])
    );
    fireEvent.change(await screen.findByRole('searchbox', { name: 'Filter lines' }), { target: { value: 'epoch 1' } });
    expect(screen.getByText('lines: 1')).toBeTruthy();
  });
  it('updates in place when the open run moves', async () => {
    let last = 1;
    const details = async (): Promise<Details> => {
      const found = golden<Details>('details');
      const { record } = found.experiment;
      record.status = 'open';
      Object.assign(record.metrics['accuracy'] ?? {}, { last });
      return found;
    };
    const stage = setStage({ details });
    draw(stage, <RunView place={place} run="two" />);
    const value = await screen.findByText('1', { selector: '.ts-metric-value b' });
    last = 2;
    act(() => stage.tell({ place: 'place', revision: '2', what: ['open'], runs: ['two'] }));
    await waitFor(() => expect(value.textContent).toBe('2'));
  });
});
