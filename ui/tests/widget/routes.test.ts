import { describe, expect, it } from 'vitest';
import { Routes } from '../../widget/routes';

const run = (name: string) => ({ view: 'run', run: name }) as const;

describe('the views of a widget', () => {
  it('are opened once and come to the front again', () => {
    const routes = new Routes();
    routes.go(run('a'));
    routes.go(run('b'));
    routes.go(run('a'));
    expect(routes.current()).toEqual({ tabs: [{ view: 'table' }, run('a'), run('b')], route: run('a') });
  });

  it('give way to the one before them when they are closed; the table stays', () => {
    const routes = new Routes();
    routes.go(run('a'));
    routes.go(run('b'));
    routes.close(run('b'));
    expect(routes.current().route).toEqual(run('a'));
    routes.close({ view: 'table' });
    expect(routes.current().tabs).toHaveLength(2);
  });

  it('are at most a dozen, the oldest of which goes', () => {
    const routes = new Routes();
    for (let at = 0; at < 20; at += 1) {
      routes.go(run(String(at)));
    }
    const { tabs } = routes.current();
    expect([tabs.length, tabs[0], tabs.at(-1)]).toEqual([12, { view: 'table' }, run('19')]);
  });

  it('show something else in place: fewer runs, or the table when one is left', () => {
    const routes = new Routes();
    const three = { view: 'compare', runs: ['a', 'b', 'c'] } as const;
    const two = { view: 'compare', runs: ['a', 'b'] } as const;
    routes.go(three);
    routes.replace(three, two);
    expect(routes.current().tabs).toEqual([{ view: 'table' }, two]);
    routes.replace(two, { view: 'table' });
    expect(routes.current()).toEqual({ tabs: [{ view: 'table' }], route: { view: 'table' } });
  });
});
