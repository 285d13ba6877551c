/**
 * Stands in for the Jupyter extension, in tests alone: runs cells in a real kernel of a real Jupyter server.
 *
 * What it imitates is what a run can see of it: `__vsc_ipynb_file__` is set when the kernel starts, cells carry their
 * address as `cellId`, outputs carry their metadata, displays are updated in place after their cell has ended.
 */

import { KernelManager, ServerConnection } from '@jupyterlab/services';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import * as vscode from 'vscode';

const TEXT = new TextEncoder();

interface Drawn {
  readonly cell: vscode.NotebookCell;
  readonly output: vscode.NotebookCellOutput;
}

/** Kernels of notebooks. */
export class Kernels implements vscode.Disposable {
  private readonly controller: vscode.NotebookController;
  private readonly manager: KernelManager;
  private readonly kernels = new Map<vscode.NotebookDocument, Promise<Kernel.IKernelConnection>>();
  private readonly displays = new Map<string, Drawn[]>();
  private readonly running = new Map<vscode.NotebookDocument, vscode.NotebookCellExecution>();
  private queue: Promise<unknown> = Promise.resolve();
  private updates: Promise<unknown> = Promise.resolve();

  constructor(server: { readonly base: string; readonly token: string }) {
    const serverSettings = ServerConnection.makeSettings({
      baseUrl: `${server.base}/`,
      wsUrl: `${server.base.replace('http', 'ws')}/`,
      token: server.token,
      appendToken: true
    });
    this.manager = new KernelManager({ serverSettings });
    this.controller = vscode.notebooks.createNotebookController('kernels', 'jupyter-notebook', 'Python of the tests');
    this.controller.supportedLanguages = ['python'];
    this.controller.supportsExecutionOrder = true;
    this.controller.executeHandler = (cells, notebook) => this.run(cells, notebook);
  }

  /** Choose it for a notebook that is shown. */
  async choose(notebook: vscode.NotebookDocument): Promise<void> {
    const chosen = new Promise<void>(resolve => {
      const ends = this.controller.onDidChangeSelectedNotebooks(event => {
        if (event.notebook === notebook && event.selected) {
          ends.dispose();
          resolve();
        }
      });
    });
    const id = vscode.extensions.getExtension('trackside.trackside')?.id;
    await vscode.commands.executeCommand('notebook.selectKernel', { id: 'kernels', extension: id });
    await chosen;
  }

  dispose(): void {
    this.controller.dispose();
    this.kernels.forEach(kernel => void kernel.then(each => each.shutdown()));
    this.manager.dispose();
  }

  /** End the kernel of a notebook, as a person who closes it does. */
  async end(notebook: vscode.NotebookDocument): Promise<void> {
    const kernel = await this.kernels.get(notebook);
    this.kernels.delete(notebook);
    await kernel?.shutdown();
  }

  private async run(cells: readonly vscode.NotebookCell[], notebook: vscode.NotebookDocument): Promise<void> {
    const executions = cells.map(cell => this.controller.createNotebookCellExecution(cell));
    const done = this.queue.then(async () => {
      const kernel = await this.kernelOf(notebook);
      let hasFailed = false;
      for (const execution of executions) {
        if (hasFailed) {
          execution.start();
          execution.end(undefined);
        } else {
          hasFailed = !(await this.execute(kernel, execution));
        }
      }
    });
    this.queue = done.catch(() => undefined);
    return done;
  }

  private kernelOf(notebook: vscode.NotebookDocument): Promise<Kernel.IKernelConnection> {
    const known = this.kernels.get(notebook);
    const kernel = known ?? this.start(notebook);
    this.kernels.set(notebook, kernel);
    return kernel;
  }

  private async start(notebook: vscode.NotebookDocument): Promise<Kernel.IKernelConnection> {
    const kernel = await this.manager.startNew({ name: 'python3' });
    kernel.iopubMessage.connect(
      (_, message) => (this.updates = this.updates.then(() => this.update(message)).catch(() => undefined))
    );
    const file = JSON.stringify(notebook.uri.fsPath);
    await kernel.requestExecute({ code: `__vsc_ipynb_file__ = ${file}`, silent: true, store_history: false }).done;
    return kernel;
  }

  private async execute(kernel: Kernel.IKernelConnection, execution: vscode.NotebookCellExecution): Promise<boolean> {
    const { cell } = execution;
    execution.start(Date.now());
    this.running.set(cell.notebook, execution);
    await execution.clearOutput();
    const future = kernel.requestExecute(
      { code: cell.document.getText(), silent: false, stop_on_error: false, allow_stdin: true, store_history: true },
      false,
      { cellId: cell.document.uri.toString(), ...(cell.metadata['metadata'] as object | undefined) }
    );
    let order = Promise.resolve();
    future.onIOPub = message => {
      order = order.then(() => this.hear(execution, message));
    };
    const reply = await future.done;
    await order;
    this.running.delete(cell.notebook);
    const isWell = reply.content.status === 'ok';
    execution.end(isWell, Date.now());
    return isWell;
  }

  private async hear(execution: vscode.NotebookCellExecution, message: KernelMessage.IIOPubMessage): Promise<void> {
    const content = message.content as Record<string, unknown>;
    const data = content['data'] as Readonly<Record<string, unknown>> | undefined;
    const metadata = { outputType: message.header.msg_type, metadata: content['metadata'] };
    switch (message.header.msg_type) {
      case 'execute_input':
        execution.executionOrder = content['execution_count'] as number;
        return;
      case 'stream': {
        const { stderr, stdout } = vscode.NotebookCellOutputItem;
        const item = (content['name'] === 'stderr' ? stderr : stdout)(String(content['text']));
        return execution.appendOutput(new vscode.NotebookCellOutput([item], { outputType: 'stream' }));
      }
      case 'error': {
        const stack = (content['traceback'] as string[]).join('\n');
        const error = { name: String(content['ename']), message: String(content['evalue']), stack };
        const item = vscode.NotebookCellOutputItem.error(error);
        const told = { outputType: 'error', originalError: content };
        return execution.appendOutput(new vscode.NotebookCellOutput([item], told));
      }
      case 'execute_result':
      case 'display_data': {
        const output = new vscode.NotebookCellOutput(itemsOf(data), metadata);
        const { display_id: id } = (content['transient'] ?? {}) as { readonly display_id?: string };
        if (id) {
          this.displays.set(id, [...(this.displays.get(id) ?? []), { cell: execution.cell, output }]);
        }
        return execution.appendOutput(output);
      }
    }
  }

  /**
   * A display is drawn again: in the execution of the cell that runs, else in one of its own that is over at once.
   *
   * VS Code leaves a cell that has an execution out of "Run All", without a word: one that took time here would now and
   * then keep the cell with `%track` from running, and so the next run from starting.
   */
  private async update(message: KernelMessage.IIOPubMessage): Promise<void> {
    if (message.header.msg_type !== 'update_display_data') {
      return;
    }
    const { data, transient } = message.content as KernelMessage.IUpdateDisplayDataMsg['content'];
    for (const { cell, output } of this.displays.get(transient.display_id) ?? []) {
      const running = this.running.get(cell.notebook);
      if (running) {
        await running.replaceOutputItems(itemsOf(data), output);
      } else {
        const before = cell.executionSummary;
        const execution = this.controller.createNotebookCellExecution(cell);
        execution.start(before?.timing?.startTime);
        execution.executionOrder = before?.executionOrder;
        void execution.replaceOutputItems(itemsOf(data), output);
        execution.end(before?.success, before?.timing?.endTime);
      }
    }
  }
}

/** The richest first, as the Jupyter extension orders them; a renderer is chosen by the order. */
const RICHEST = ['application/vnd.trackside.run+json', 'text/html', 'text/plain'];

function itemsOf(data: Readonly<Record<string, unknown>> = {}): vscode.NotebookCellOutputItem[] {
  const rank = (mime: string): number => (RICHEST.includes(mime) ? RICHEST.indexOf(mime) : 1);
  return Object.entries(data)
    .sort(([one], [other]) => rank(one) - rank(other))
    .map(([mime, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return new vscode.NotebookCellOutputItem(TEXT.encode(text), mime);
    });
}
