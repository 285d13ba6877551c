/** What `trackside serve` says, line by line (docs/serve.md). Pure. */

import type { About } from '@trackside/ui';

/** The number of the way questions are carried that this extension speaks. */
export const PROTOCOL = 1;

/** An answer: JSON, or bytes of a picture or a file. */
export interface Answer {
  readonly id: number;
  readonly status: number;
  readonly type: string;
  readonly body?: unknown;
  readonly bytes?: Uint8Array;
}

/** One line that was understood. */
export type Said =
  | { readonly kind: 'hello'; readonly protocol: number; readonly about: About }
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'event'; readonly event: unknown };

/** Cuts what comes out of a pipe into lines. */
export class LineCutter {
  private parts: Buffer[] = [];

  /** Take a piece; return the lines that are whole now. */
  take(piece: Buffer): readonly string[] {
    const lines: string[] = [];
    let from = 0;
    for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, from)) {
      this.parts.push(piece.subarray(from, at));
      lines.push(Buffer.concat(this.parts).toString('utf8'));
      this.parts = [];
      from = at + 1;
    }
    if (from < piece.length) {
      this.parts.push(piece.subarray(from));
    }
    return lines;
  }
}

/** Understand a line; null when it is none of these. */
export function parseSaid(line: string): Said | null {
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    return null;
  }
  if (!isObject(said)) {
    return null;
  }
  const { hello, about, event, id, status, type, body, base64 } = said;
  if (typeof hello === 'number' && isObject(about)) {
    return { kind: 'hello', protocol: hello, about: about as unknown as About };
  }
  if (event !== undefined) {
    return { kind: 'event', event };
  }
  if (typeof id !== 'number' || typeof status !== 'number' || typeof type !== 'string') {
    return null;
  }
  const bytes = typeof base64 === 'string' ? { bytes: Buffer.from(base64, 'base64') } : {};
  return { kind: 'answer', answer: { id, status, type, body, ...bytes } };
}

/** Write a question as a line. `body` is JSON, as a request of HTTP has it. */
export function formatQuestion(id: number, method: string, path: string, body: string | null): string {
  const head = JSON.stringify({ id, method, path });
  return `${body === null ? head : `${head.slice(0, -1)},"body":${body}}`}\n`;
}

/** Write that nobody waits for an answer any more. */
export function formatCancel(id: number): string {
  return `${JSON.stringify({ cancel: id })}\n`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
