/** What a test sees and does with mouse and keys, through the driver that holds the browser (tests/vscode/eyes.py). */

import { inspect } from 'node:util';
import * as vscode from 'vscode';

const driver = process.env['TRACKSIDE_TEST_DRIVER'] ?? '';

/** Where to look: the window itself, the tab whose state holds a text, or the outputs that hold an element. */
export type Where = { readonly tab: string } | { readonly outputs: string } | { readonly window: true };

const WINDOW: Where = { window: true };

/** The window. */
export const window = WINDOW;

/** The tab whose state holds `text`: a kind of view, or the id of a run. */
export function tab(text: string): Where {
  return { tab: text };
}

/** The page that draws the outputs of a notebook: the one with such an element in it. */
export function outputs(selector: string): Where {
  return { outputs: selector };
}

/** Wait until an element is visible; return its text. */
export function see(where: Where, selector: string, text = ''): Promise<string> {
  return ask('see', { ...where, selector, text }) as Promise<string>;
}

/** Wait until no such element is visible. */
export function miss(where: Where, selector: string, text = ''): Promise<void> {
  return ask('miss', { ...where, selector, text }) as Promise<void>;
}

/** Count elements. */
export function count(where: Where, selector: string): Promise<number> {
  return ask('count', { ...where, selector }) as Promise<number>;
}

/** Click an element. */
export function click(where: Where, selector: string, text = '', button = 'left'): Promise<void> {
  return ask('click', { ...where, selector, text, button }) as Promise<void>;
}

/** Write into the field at the top, and press Enter. */
export function answer(text: string, keys = 'Enter'): Promise<void> {
  return ask('fill', {
    ...WINDOW,
    selector: '.quick-input-widget .quick-input-box input',
    text: '',
    words: text,
    keys
  }) as Promise<void>;
}

/** Press keys, as Playwright names them. */
export function press(keys: string): Promise<void> {
  return ask('press', { keys }) as Promise<void>;
}

/** Type a text. */
export function type(text: string): Promise<void> {
  return ask('type', { text }) as Promise<void>;
}

/** Evaluate an expression in a page. */
export function evaluate(where: Where, expression: string): Promise<unknown> {
  return ask('evaluate', { ...where, expression });
}

/** What axe finds serious in a tab: faults for those who see little, or listen. */
export function faults(where: Where): Promise<readonly string[]> {
  return ask('faults', where) as Promise<readonly string[]>;
}

/** Choose from the list at the top what begins with a text. A row may move while the list is drawn, so not by the mouse. */
export async function choose(text: string, keys = 'Enter'): Promise<void> {
  await see(WINDOW, '.quick-input-list .monaco-list-row', text);
  await type(text);
  await see(WINDOW, '.quick-input-list .monaco-list-row.focused', text);
  await press(keys);
}

/** The notices in their list: the corner shows no more than three in 0.8 s, and none for long. */
export const LISTED = '.notifications-center .notification-list-item';

/** Wait for a notice in the list, which is opened again and again: it closes by itself whenever it is empty. */
export async function told(text: string): Promise<void> {
  await until(
    async () => {
      await vscode.commands.executeCommand('notifications.showList');
      return count(WINDOW, `${LISTED}:has-text(${JSON.stringify(text)})`);
    },
    found => found > 0,
    20_000
  );
}

/** Press the button of a notice. */
export async function accept(text: string, button: string): Promise<void> {
  await told(text);
  await click(WINDOW, `${LISTED} .monaco-button`, button);
}

/** Keep a picture of the window, when somebody asked for pictures. */
export function shot(name: string): Promise<void> {
  return ask('shot', { name }) as Promise<void>;
}

/** Run a program of the driver: another process on the project, such as a kernel. */
export function outside(what: string, facts: object = {}): Promise<unknown> {
  return ask('outside', { what, ...facts });
}

/** Ask the driver. */
export async function ask(what: string, facts: object = {}): Promise<unknown> {
  const response = await fetch(`${driver}/${what}`, { method: 'POST', body: JSON.stringify(facts) });
  const told = (await response.json()) as { readonly value?: unknown; readonly error?: string };
  if (told.error !== undefined) {
    throw new Error(told.error);
  }
  return told.value;
}

/** Ask again until the answer is one that is waited for. */
export async function until<T>(
  look: () => T | Promise<T>,
  isRight: (value: T) => boolean,
  patience = 10_000
): Promise<T> {
  const deadline = Date.now() + patience;
  for (;;) {
    const value = await look();
    if (isRight(value)) {
      return value;
    }
    if (Date.now() > deadline) {
      throw new Error(`Still ${inspect(value, { depth: 1 }).slice(0, 800)}`);
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
