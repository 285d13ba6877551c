/** Draws `application/vnd.trackside.run+json`, the card of a run, in the outputs of VS Code's notebooks. */

import { isRunCard } from '@trackside/ui';
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';
import { parseToCard } from '../notebook/wire';
import { Card } from './Card';
import { Known } from './known';
import style from './card.css';

const NONE = 'This says that it is the card of a run, and is none. The menu at the left shows the output otherwise.';

/** What is used of VS Code's API for renderers. */
interface RendererContext {
  /** Absent where no extension listens, as in a folder that is not trusted. */
  postMessage?(message: unknown): void;
  onDidReceiveMessage?(listener: (message: unknown) => void): unknown;
}
interface OutputItem {
  readonly id: string;
  readonly mime: string;
  json(): unknown;
}
interface Renderer {
  renderOutputItem(item: OutputItem, element: HTMLElement): void;
  disposeOutputItem(id?: string): void;
}

/** Called by VS Code before the first card is drawn. */
export function activate(context: RendererContext): Renderer {
  const sheet = document.createElement('style');
  sheet.textContent = style;
  document.head.appendChild(sheet);
  const known = new Known(message => context.postMessage?.(message));
  context.onDidReceiveMessage?.(message => {
    const told = parseToCard(message);
    if (told) {
      known.tell(told);
    }
  });
  const drawn = new Map<string, { readonly element: HTMLElement; readonly root: Root }>();
  const forget = (id: string): void => {
    drawn.get(id)?.root.unmount();
    drawn.delete(id);
  };
  return {
    renderOutputItem(item, element) {
      const card = read(item);
      const before = drawn.get(item.id);
      if (before && before.element !== element) {
        forget(item.id);
      }
      const { root } = drawn.get(item.id) ?? { root: createRoot(element) };
      drawn.set(item.id, { element, root });
      // VS Code would tell an error as the renderer's own; the menu of the output offers what else it has.
      root.render(isRunCard(card) ? <Card card={card} known={known} /> : <p>{NONE}</p>);
    },
    disposeOutputItem(id) {
      for (const each of id === undefined ? [...drawn.keys()] : [id]) {
        forget(each);
      }
    }
  };
}

function read(item: OutputItem): unknown {
  try {
    return item.json();
  } catch {
    return null;
  }
}
