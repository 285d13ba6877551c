/**
 * The module that a notebook may save with the state of a widget, so it is small: it fetches the program from the
 * kernel, and places the panel over the static table of an output (`data-trackside-view`), or into a widget's own view.
 */

import { fieldsOf, say } from './model';
import type { Connection, Hear, Model, Program } from './model';

const PLACE = 'data-trackside-view';
const PROGRAMS = Symbol.for('trackside.programs');
/** Milliseconds until the kernel counts as busy; between looks at it; that an output may be out of the page. */
const PATIENCE = 1000;
const LOOK = 2000;
const AWAY = 10_000;
const BUSY = 'The live table comes when the kernel is free.';
const GONE = 'The kernel of this table has ended: run the cell again for the live one.';
const ENDED: readonly unknown[] = ['dead', 'terminating', 'restarting', 'autorestarting'];

/** A place where the panel stands. */
interface Stand {
  readonly leave: () => void;
  away: number;
}

/** The panel of one model, wherever it stands. */
class Stage {
  private readonly stands = new Map<HTMLElement, Stand | null>();
  private connection: Promise<Connection> | null = null;
  private isGone = false;
  private isOver = false;
  private readonly observer = new MutationObserver(() => this.lookSoon());
  private soon = 0;
  private readonly every = setInterval(() => this.check(), LOOK);

  constructor(private readonly model: Model) {
    model.on('msg:custom', this.heard);
    model.on('comm_live_update', this.doubted);
    this.observer.observe(document.body, { childList: true, subtree: true });
    this.look();
  }

  /** Draw into a view of the widget's own. */
  view(el: HTMLElement): () => void {
    el.setAttribute(PLACE, this.name);
    this.look();
    return () => this.leave(el);
  }

  /** The model is closed. */
  end(): void {
    this.isOver = true;
    this.observer.disconnect();
    clearInterval(this.every);
    this.model.off('msg:custom', this.heard);
    this.model.off('comm_live_update', this.doubted);
    this.quit();
  }

  private get name(): string {
    return String(this.model.get('view'));
  }

  private readonly heard: Hear = () => {
    if (this.isGone) {
      this.isGone = false;
      this.look();
    }
  };

  /** The connection was lost, or is back: only an answer tells. */
  private readonly doubted = (): void => {
    this.lose();
    say(this.model, { ask: 'alive', q: 'alive' });
  };

  private lookSoon(): void {
    this.soon ||= window.setTimeout(() => {
      this.soon = 0;
      this.look();
    }, 50);
  }

  private look(): void {
    if (this.isOver || this.isGone) {
      return;
    }
    for (const el of document.querySelectorAll<HTMLElement>(`[${PLACE}]`)) {
      if (el.getAttribute(PLACE) === this.name && !this.stands.has(el)) {
        void this.enter(el);
      }
    }
  }

  private async enter(el: HTMLElement): Promise<void> {
    this.stands.set(el, null);
    const waiting = setTimeout(() => note(el, BUSY), PATIENCE);
    try {
      this.connection ??= load(this.model).then(program => program.connect(this.model));
      const connection = await this.connection;
      if (!this.isOver && !this.isGone && this.stands.has(el)) {
        this.stands.set(el, place(el, connection));
      }
    } catch (error) {
      this.connection = null;
      note(el, `The live table could not be loaded: ${String(error)}`);
    } finally {
      clearTimeout(waiting);
    }
  }

  private leave(el: HTMLElement): void {
    this.stands.get(el)?.leave();
    this.stands.delete(el);
  }

  private check(): void {
    if (!this.isGone && isKernelGone(this.model)) {
      this.lose();
    }
    const now = Date.now();
    for (const [el, stand] of this.stands) {
      if (stand) {
        stand.away = el.isConnected ? now : stand.away;
        // An output that a notebook only scrolled out comes back; one that was cleared does not.
        if (now - stand.away > AWAY) {
          this.leave(el);
        }
      }
    }
  }

  private lose(): void {
    this.isGone = true;
    const left = [...this.stands.keys()];
    this.quit();
    left.forEach(el => note(el, GONE));
  }

  private quit(): void {
    [...this.stands.keys()].forEach(el => this.leave(el));
    void this.connection?.then(connection => connection.dispose());
    this.connection = null;
  }
}

function place(el: HTMLElement, connection: Connection): Stand {
  const box = document.createElement('div');
  // Keys of the notebook, such as "d d" for deleting a cell, are none in here.
  box.dataset['lmSuppressShortcuts'] = 'true';
  box.className = 'ts-widget';
  const still = [...el.children].filter((child): child is HTMLElement => child instanceof HTMLElement);
  const styled = el.closest('.jp-RenderedHTMLCommon');
  still.forEach(child => (child.style.display = 'none'));
  // The notebook's own style of tables and headings is for documents.
  styled?.classList.remove('jp-RenderedHTMLCommon');
  el.append(box);
  const unmount = connection.show(box);
  const leave = (): void => {
    unmount();
    box.remove();
    styled?.classList.add('jp-RenderedHTMLCommon');
    still.forEach(child => (child.style.display = ''));
  };
  return { leave, away: Date.now() };
}

/** Say something below the static table. */
function note(el: HTMLElement, text: string): void {
  const found = el.querySelector('[data-trackside-note]');
  if (found) {
    found.textContent = text;
  } else if (!el.childElementCount) {
    el.textContent = text;
  }
}

function isKernelGone(model: Model): boolean {
  const manager = model.widget_manager as { readonly kernel?: unknown } | null | undefined;
  const kernel = manager?.kernel;
  return kernel === null || ENDED.includes((kernel as { readonly status?: unknown } | undefined)?.status);
}

function load(model: Model): Promise<Program> {
  const page = globalThis as { [PROGRAMS]?: Map<string, Promise<Program>> };
  const programs = (page[PROGRAMS] ??= new Map());
  const digest = String(model.get('program'));
  const found = programs.get(digest) ?? fetchProgram(model, digest);
  programs.set(digest, found);
  found.catch(() => programs.delete(digest));
  return found;
}

function fetchProgram(model: Model, digest: string): Promise<Program> {
  return new Promise((resolve, reject) => {
    const hear: Hear = (content, buffers) => {
      const { program } = fieldsOf(content);
      const [code, style] = buffers;
      if (program === digest && code && style) {
        model.off('msg:custom', hear);
        run(code, style, digest).then(resolve, reject);
      }
    };
    model.on('msg:custom', hear);
    say(model, { ask: 'program', q: 'program' });
  });
}

async function run(code: DataView, style: DataView, digest: string): Promise<Program> {
  const sheet = document.createElement('style');
  sheet.dataset['trackside'] = digest;
  sheet.textContent = new TextDecoder().decode(style);
  document.head.append(sheet);
  const url = URL.createObjectURL(new Blob([new TextDecoder().decode(code)], { type: 'text/javascript' }));
  try {
    return (await import(/* webpackIgnore: true */ url)) as Program;
  } finally {
    URL.revokeObjectURL(url);
  }
}

// A host may evaluate this once for all models.
const stages = new Map<string, Stage>();

function stageOf(model: Model): Stage {
  const name = String(model.get('view'));
  const found = stages.get(name) ?? new Stage(model);
  stages.set(name, found);
  return found;
}

export default {
  initialize({ model }: { readonly model: Model }): () => void {
    const stage = stageOf(model);
    return () => {
      stages.delete(String(model.get('view')));
      stage.end();
    };
  },
  render({ model, el }: { readonly model: Model; readonly el: HTMLElement }): () => void {
    return stageOf(model).view(el);
  }
};
