/** What the views ask of the program they stand in: JupyterLab, VS Code, a page, a notebook's output. */

/** A sentence for the person, with at most one thing to do about it. */
export interface Notice {
  readonly kind: 'info' | 'success' | 'warning' | 'error';
  readonly message: string;
  readonly hint?: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** Opens, tells and copies on behalf of a view. Every method returns at once. */
export interface Host {
  readonly name: 'lab' | 'page' | 'vscode' | 'widget';
  openTable(place: string): void;
  openRun(place: string, run: string): void;
  openCompare(place: string, runs: readonly string[]): void;
  /** A read-only copy of the notebook as it was; null where the host cannot show one. */
  readonly openNotebook: ((place: string, run: string, name: string) => void) | null;
  promote(place: string, run: string): void;
  notify(notice: Notice): void;
  /** Ask before something that loses data; resolves to the answer. */
  confirm(question: { readonly title: string; readonly body: string; readonly accept: string }): Promise<boolean>;
  copy(text: string): void;
  /** Open a page of the web in a window of its own; anything but http and https does nothing. */
  openAddress(address: string): void;
  download(name: string, data: Blob): void;
}

/** Translates a text of the interface; `{name}` is filled in from `values`. */
export interface Words {
  (text: string, values?: Readonly<Record<string, string | number>>): string;
}
