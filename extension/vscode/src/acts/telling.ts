/** The one place that turns what went wrong in a command into words. */

import { isAborted, SourceError } from '@trackside/ui';
import * as vscode from 'vscode';

/** Do something, and tell the person when it fails. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isAborted(error)) {
      tell(error);
    }
    return undefined;
  }
}

function tell(error: unknown): void {
  const told = error instanceof SourceError ? `${error.message} ${error.hint}`.trim() : String(error);
  void vscode.window.showErrorMessage(told);
}
