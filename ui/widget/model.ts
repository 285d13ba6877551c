/** What a widget's module is given of its model, and what loader and program are to each other. */

import type { Disposable } from '../src';

/** A model of anywidget, as its module sees it. */
export interface Model {
  get(name: string): unknown;
  send(content: unknown): void;
  on(name: 'msg:custom', hear: Hear): void;
  on(name: 'comm_live_update', hear: () => void): void;
  off(name: string, hear?: unknown): void;
  /** In JupyterLab and Notebook 7 it knows the kernel. */
  readonly widget_manager?: unknown;
}

/** Hears a message of the kernel. */
export type Hear = (content: unknown, buffers: readonly DataView[]) => void;

/** The program, loaded once for a page: it draws the panel of a model. */
export interface Program {
  connect(model: Model): Connection;
}

/** The panel of one model, which may stand in several places. */
export interface Connection extends Disposable {
  /** Draw into `box`; returns what takes it away again. */
  show(box: HTMLElement): () => void;
}

/** Send a message; where the kernel's end of the line is gone, nothing happens. */
export function say(model: Model, content: unknown): void {
  try {
    model.send(content);
  } catch {
    // The stage sees that the kernel has gone, and whoever waits is told there.
  }
}

/** Look at a value from outside as an object. */
export function fieldsOf(value: unknown): { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
