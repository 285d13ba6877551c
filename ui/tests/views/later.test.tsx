// @vitest-environment jsdom
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ComponentType, ReactElement } from 'react';
import { Dialog, later } from '../../src/views/parts';
import { stage } from './stage';

interface Props {
  readonly name: string;
  readonly onClose: () => void;
}

function View({ name }: Props): ReactElement {
  return <p>the view of {name}</p>;
}

afterEach(cleanup);

describe('a view that is loaded when it is opened', () => {
  it('waits like every other, then stands there, and is loaded once', async () => {
    const load = vi.fn(() => Promise.resolve<ComponentType<Props>>(View));
    const Later = later(load);
    stage(<Later name="a" onClose={() => undefined} />);
    expect(screen.getByRole('status', { name: 'Loading …' })).toBeTruthy();
    await screen.findByText('the view of a');
    cleanup();
    stage(<Later name="b" onClose={() => undefined} />);
    // At once: no flash of what stands for it.
    expect(screen.getByText('the view of b')).toBeTruthy();
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('says that it could not be loaded, and tries again', async () => {
    let isAway = true;
    const load = vi.fn(() =>
      isAway ? Promise.reject(new Error('Loading chunk 7 failed.')) : Promise.resolve<ComponentType<Props>>(View)
    );
    const Later = later(load);
    stage(<Later name="a" onClose={() => undefined} />);
    expect((await screen.findByRole('alert')).textContent).toContain('This view could not be loaded.');
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(load).toHaveBeenCalledTimes(2));
    expect((await screen.findByRole('alert')).textContent).not.toContain('chunk');
    isAway = false;
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await screen.findByText('the view of a');
  });

  it('is closed while it is on its way where a dialog stands around it', async () => {
    const Later = later<Props>(
      () => new Promise(() => undefined),
      ({ name, onClose }, body) => (
        <Dialog title={name} onClose={onClose}>
          {body}
        </Dialog>
      )
    );
    const closed = vi.fn();
    stage(<Later name="a dialog" onClose={closed} />);
    await screen.findByRole('dialog', { name: 'a dialog' });
    fireEvent.click(screen.getByRole('button', { name: 'Close' }));
    expect(closed).toHaveBeenCalledTimes(1);
  });
});
