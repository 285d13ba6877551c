/** Which Python answers for a folder: the one that is set, else the Python extension's, else `python3`. */

import * as vscode from 'vscode';

/** What is used of the Python extension's API; it may be missing, or of a version without these. */
interface PythonApi {
  readonly environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(path: {
      readonly path: string;
    }): Promise<{ readonly executable: { readonly uri: vscode.Uri | undefined } } | undefined>;
    readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

const PYTHON = 'ms-python.python';
const USUAL = process.platform === 'win32' ? 'python' : 'python3';

/** Find the interpreter of a folder. */
export async function findPython(folder: vscode.WorkspaceFolder): Promise<string> {
  const set = vscode.workspace.getConfiguration('trackside', folder).get<string>('python', '').trim();
  if (set) {
    return set;
  }
  const api = await pythonApi();
  try {
    const path = api?.environments?.getActiveEnvironmentPath(folder.uri);
    const found = path && (await api?.environments?.resolveEnvironment(path));
    return found?.executable.uri?.fsPath ?? USUAL;
  } catch {
    return USUAL;
  }
}

/** Hear that another interpreter was chosen, by setting or in the Python extension. */
export async function onPythonChange(changed: () => void): Promise<vscode.Disposable> {
  const ours = vscode.workspace.onDidChangeConfiguration(event => {
    if (event.affectsConfiguration('trackside.python')) {
      changed();
    }
  });
  const theirs = (await pythonApi())?.environments?.onDidChangeActiveEnvironmentPath(changed);
  return vscode.Disposable.from(ours, ...(theirs ? [theirs] : []));
}

/** Whether the Python extension is here, to choose an interpreter with. */
export function hasPythonExtension(): boolean {
  return vscode.extensions.getExtension(PYTHON) !== undefined;
}

async function pythonApi(): Promise<PythonApi | null> {
  const extension = vscode.extensions.getExtension<PythonApi>(PYTHON);
  try {
    return extension ? ((await extension.activate()) ?? null) : null;
  } catch {
    return null;
  }
}
