/** Which views of a widget are open, and which is in front: without an address of its own, it remembers them itself. */

import { formatRoute } from '../page/routes';
import type { Route } from '../page/routes';

/** The open views, the table first. */
export interface Opened {
  readonly tabs: readonly Route[];
  readonly route: Route;
}

const TABLE: Route = { view: 'table' };
const MOST = 12;

/** Opens and closes views. */
export class Routes {
  private opened: Opened = { tabs: [TABLE], route: TABLE };
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): Opened => this.opened;

  /** Bring a view to the front; it is opened when it is not. */
  readonly go = (route: Route): void => {
    const { tabs } = this.opened;
    const isOpen = tabs.some(tab => isSame(tab, route));
    this.set({ tabs: isOpen ? tabs : [TABLE, ...tabs.slice(1).slice(2 - MOST), route], route });
  };

  /** Close a view; the one before it comes to the front where it was there. */
  readonly close = (gone: Route): void => {
    const { tabs, route } = this.opened;
    const at = tabs.findIndex(tab => isSame(tab, gone));
    if (at > 0) {
      const next = tabs[at - 1] ?? TABLE;
      this.set({ tabs: tabs.filter((_, index) => index !== at), route: isSame(route, gone) ? next : route });
    }
  };

  /** Let a view show something else. */
  readonly replace = (before: Route, after: Route): void => {
    const others = this.opened.tabs.filter(tab => !isSame(tab, after) || tab.view === 'table');
    const tabs = others.map(tab => (isSame(tab, before) ? after : tab));
    this.set({ tabs: tabs.filter((tab, at) => at === 0 || tab.view !== 'table'), route: after });
  };

  private set(opened: Opened): void {
    this.opened = opened;
    this.listeners.forEach(listener => listener());
  }
}

function isSame(one: Route, other: Route): boolean {
  return formatRoute(one) === formatRoute(other);
}
