/** One `trackside serve`: a child that lives as long as its folder is open, asked over its pipe. */

import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { formatCancel, formatQuestion, LineCutter, parseSaid } from './lines';
import type { Answer, Said } from './lines';

/** How a child is started. */
export interface Start {
  readonly python: string;
  readonly folder: string;
  /** The folder it runs in: one without Python files, since Python looks for modules there first. */
  readonly home: string;
}

/** Why a child ended. */
export interface End {
  /** The system's own code when the program was not started at all, such as ENOENT. */
  readonly notStarted: string | null;
  readonly status: number | null;
  /** The last of what it said on its standard error. */
  readonly said: string;
}

/** What is heard of a child. */
export interface Listener {
  hello(said: Extract<Said, { kind: 'hello' }>): void;
  event(event: unknown): void;
  ended(end: End): void;
  log(line: string): void;
}

const MOST_SAID = 4_000;
/** Milliseconds between closing its input and ending it. */
const GRACE = 2_000;

/** Starts at once. */
export class Child {
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  private next = 1;
  private said = '';
  private hasEnded = false;

  constructor(
    start: Start,
    private readonly listener: Listener
  ) {
    this.process = spawn(start.python, ['-m', 'trackside', '-C', start.folder, 'serve'], {
      cwd: start.home,
      env: { ...process.env, PYTHONSAFEPATH: '1', PYTHONIOENCODING: 'utf-8' },
      windowsHide: true
    });
    const lines = new LineCutter();
    this.process.stdout.on('data', (piece: Buffer) => lines.take(piece).forEach(line => this.hear(line)));
    const errors = new LineCutter();
    this.process.stderr.on('data', (piece: Buffer) => errors.take(piece).forEach(line => this.note(line)));
    // A child that died takes no more questions; its end is told by the events below.
    this.process.stdin.on('error', () => undefined);
    this.process.on('error', (error: NodeJS.ErrnoException) => this.end(error.code ?? error.message, null));
    this.process.on('close', status => this.end(null, status));
  }

  /** The number of the process; undefined when it was not started. */
  get pid(): number | undefined {
    return this.process.pid;
  }

  /** Ask; rejects when the child ends before it answers, or when `signal` says that nobody waits. */
  ask(method: string, path: string, body: string | null, signal?: AbortSignal | null): Promise<Answer> {
    const id = this.next;
    this.next += 1;
    return new Promise((resolve, reject) => {
      if (this.hasEnded) {
        reject(new Error('Trackside has ended.'));
        return;
      }
      if (signal?.aborted) {
        reject(aborted());
        return;
      }
      this.waiting.set(id, { resolve, reject });
      this.process.stdin.write(formatQuestion(id, method, path, body));
      signal?.addEventListener(
        'abort',
        () => {
          if (this.waiting.delete(id)) {
            this.process.stdin.write(formatCancel(id));
            reject(aborted());
          }
        },
        { once: true }
      );
    });
  }

  /** End it. */
  dispose(): void {
    if (!this.hasEnded) {
      this.process.stdin.end();
      const killing = setTimeout(() => this.process.kill(), GRACE);
      killing.unref();
      this.process.once('close', () => clearTimeout(killing));
    }
  }

  private hear(line: string): void {
    const said = parseSaid(line);
    switch (said?.kind) {
      case 'hello':
        this.listener.hello(said);
        break;
      case 'event':
        this.listener.event(said.event);
        break;
      case 'answer': {
        const waits = this.waiting.get(said.answer.id);
        this.waiting.delete(said.answer.id);
        waits?.resolve(said.answer);
        break;
      }
      default:
        this.note(line);
    }
  }

  private note(line: string): void {
    this.said = `${this.said}${line}\n`.slice(-MOST_SAID);
    this.listener.log(line);
  }

  private end(notStarted: string | null, status: number | null): void {
    if (this.hasEnded) {
      return;
    }
    this.hasEnded = true;
    for (const { reject } of this.waiting.values()) {
      reject(new Error('Trackside ended before it answered.'));
    }
    this.waiting.clear();
    this.listener.ended({ notStarted, status, said: this.said.trim() });
  }
}

function aborted(): Error {
  return new DOMException('Nobody waits for the answer.', 'AbortError');
}
