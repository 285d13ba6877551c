/** A menu: arrows, Home, End and first letters move in it; Enter chooses; Escape closes. */

import { useEffect, useRef } from 'react';
import type { KeyboardEvent, ReactElement } from 'react';
import { Popover } from './floating';
import type { Anchor } from './floating';
import { Icon } from './icons';
import type { IconName } from './icons';

/** One thing a menu offers; `null` draws a line. */
export interface MenuItem {
  readonly label: string;
  readonly run: () => void;
  readonly icon?: IconName;
  readonly keys?: string;
  readonly disabled?: boolean;
  readonly danger?: boolean;
  /** For a choice: whether it is the one in force. */
  readonly checked?: boolean;
}

/** Props of a menu. */
export interface MenuProps {
  readonly anchor: Anchor;
  readonly label: string;
  readonly items: readonly (MenuItem | null)[];
  readonly onClose: () => void;
}

/** Draw a menu at `anchor`; it takes the focus and gives it back. */
export function Menu({ anchor, label, items, onClose }: MenuProps): ReactElement {
  const list = useRef<HTMLDivElement>(null);
  const buttons = (): HTMLButtonElement[] => [
    ...(list.current?.querySelectorAll<HTMLButtonElement>('button:not(:disabled)') ?? [])
  ];
  useEffect(() => buttons()[0]?.focus(), []);
  const onKeyDown = (event: KeyboardEvent): void => {
    const all = buttons();
    const now = all.indexOf(document.activeElement as HTMLButtonElement);
    const next = nextOf(event.key, now, all);
    if (next !== null) {
      event.preventDefault();
      event.stopPropagation();
      all[next]?.focus();
    } else if (event.key === 'Tab') {
      onClose();
    }
  };
  return (
    <Popover anchor={anchor} label={label} role="menu" className="ts-menu" onClose={onClose}>
      <div ref={list} role="presentation" onKeyDown={onKeyDown}>
        {items.map((item, index) =>
          item === null ? (
            <div key={index} className="ts-menu-line" role="separator" />
          ) : (
            <Item key={index} item={item} onClose={onClose} />
          )
        )}
      </div>
    </Popover>
  );
}

function Item({ item, onClose }: { readonly item: MenuItem; readonly onClose: () => void }): ReactElement {
  const isChoice = item.checked !== undefined;
  return (
    <button
      type="button"
      role={isChoice ? 'menuitemcheckbox' : 'menuitem'}
      aria-checked={isChoice ? item.checked : undefined}
      tabIndex={-1}
      disabled={item.disabled}
      className={item.danger ? 'ts-menu-item ts-menu-danger' : 'ts-menu-item'}
      onClick={() => {
        onClose();
        item.run();
      }}
    >
      <span className="ts-menu-icon">
        {isChoice ? item.checked ? <Icon name="check" /> : null : item.icon ? <Icon name={item.icon} /> : null}
      </span>
      <span className="ts-menu-label">{item.label}</span>
      {item.keys ? <kbd>{item.keys}</kbd> : null}
    </button>
  );
}

function nextOf(key: string, now: number, all: readonly HTMLButtonElement[]): number | null {
  switch (key) {
    case 'ArrowDown':
      return (now + 1) % all.length;
    case 'ArrowUp':
      return (now - 1 + all.length) % all.length;
    case 'Home':
      return 0;
    case 'End':
      return all.length - 1;
    default:
      return key.length === 1 && key !== ' ' ? startingWith(key, now, all) : null;
  }
}

function startingWith(letter: string, now: number, all: readonly HTMLButtonElement[]): number | null {
  for (let step = 1; step <= all.length; step += 1) {
    const index = (now + step) % all.length;
    if (all[index]?.textContent?.trim().toLowerCase().startsWith(letter.toLowerCase())) {
      return index;
    }
  }
  return null;
}
