/** What floats above the page: popovers and dialogs. Both live in the browser's top layer, so no box can clip them. */

import { useCallback, useEffect, useId, useLayoutEffect, useRef } from 'react';
import type { KeyboardEvent, ReactElement, ReactNode } from 'react';
import { useWords } from '../services';
import { IconButton } from './button';

/** Where a popover opens: at a control, or at the point of a click. */
export type Anchor = Element | { readonly x: number; readonly y: number };

/** Props of a popover. */
export interface PopoverProps {
  readonly anchor: Anchor;
  readonly label: string;
  /** For what controls it. */
  readonly id?: string;
  readonly role?: 'dialog' | 'menu' | 'listbox';
  readonly className?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A box beside `anchor` that closes on Escape, on a press outside, and when the page scrolls under it. */
export function Popover(props: PopoverProps): ReactElement {
  const { anchor, label, id, role = 'dialog', className = '', onClose, children } = props;
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (element) {
      raise(element);
      settle(element, anchor);
      // A list of offers leaves the focus in its field; everything else is closed by Escape from inside.
      if (role === 'dialog' && !element.contains(document.activeElement)) {
        element.focus({ preventScroll: true });
      }
    }
  }, [anchor, role]);
  useRestoredFocus();
  useEffect(() => {
    const press = (event: Event): void => {
      const target = event.target as Node | null;
      const isAnchor = anchor instanceof Element && anchor.contains(target);
      if (!box.current?.contains(target) && !isAnchor) {
        onClose();
      }
    };
    document.addEventListener('pointerdown', press, true);
    window.addEventListener('blur', onClose);
    return () => {
      document.removeEventListener('pointerdown', press, true);
      window.removeEventListener('blur', onClose);
    };
  }, [anchor, onClose]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      event.preventDefault();
      onClose();
    }
  };
  return (
    <div
      ref={box}
      id={id}
      role={role}
      aria-label={label}
      tabIndex={-1}
      className={`ts-popover ${className}`.trim()}
      data-lm-suppress-shortcuts="true"
      onKeyDown={onKeyDown}
    >
      {children}
    </div>
  );
}

/** Give the focus back to what had it, unless it went somewhere else meanwhile. */
function useRestoredFocus(): void {
  // In a layout effect's order: what had the focus is read before the children take it.
  const before = useRef<Element | null>(null);
  if (before.current === null && typeof document !== 'undefined') {
    before.current = document.activeElement;
  }
  useEffect(
    () => () => {
      const { activeElement } = document;
      if (before.current instanceof HTMLElement && (activeElement === null || activeElement === document.body)) {
        before.current.focus({ preventScroll: true });
      }
    },
    []
  );
}

function raise(element: HTMLElement): void {
  // Not known to every test environment.
  if ('showPopover' in element) {
    element.setAttribute('popover', 'manual');
    element.showPopover();
  }
}

function settle(element: HTMLElement, anchor: Anchor): void {
  const at = anchor instanceof Element ? anchor.getBoundingClientRect() : new DOMRect(anchor.x, anchor.y, 0, 0);
  const { width, height } = element.getBoundingClientRect();
  const edge = 8;
  const below = at.bottom + 2;
  const top = below + height + edge > innerHeight && at.top - height - 2 > edge ? at.top - height - 2 : below;
  element.style.left = `${Math.max(edge, Math.min(at.left, innerWidth - width - edge))}px`;
  element.style.top = `${Math.max(edge, Math.min(top, innerHeight - height - edge))}px`;
}

/** Props of a dialog. */
export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly footer?: ReactNode;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

/** A dialog that holds the focus until it is closed, also by Escape. */
export function Dialog(props: DialogProps): ReactElement {
  const { title, onClose, footer, wide = false, children } = props;
  const t = useWords();
  const id = useId();
  const box = useRef<HTMLDialogElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) {
      return;
    }
    if (typeof element.showModal === 'function') {
      element.showModal();
    } else {
      element.setAttribute('open', '');
    }
    return () => {
      if (typeof element.close === 'function') {
        element.close();
      }
    };
  }, []);
  const onCancel = useCallback((event: { preventDefault(): void }) => {
    event.preventDefault();
    close.current();
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape') {
      onCancel(event);
    }
  };
  return (
    <dialog
      ref={box}
      className={wide ? 'ts-dialog ts-dialog-wide' : 'ts-dialog'}
      aria-labelledby={id}
      data-lm-suppress-shortcuts="true"
      onCancel={onCancel}
      onKeyDown={onKeyDown}
    >
      <header className="ts-dialog-head">
        <h2 id={id}>{title}</h2>
        <IconButton icon="close" label={t('Close')} onClick={onClose} />
      </header>
      <div className="ts-dialog-body">{children}</div>
      {footer ? <footer className="ts-dialog-foot">{footer}</footer> : null}
    </dialog>
  );
}
