/** Files of runs as a file system that can only be read. */

import { SourceError } from '@trackside/ui';
import * as vscode from 'vscode';
import type { Desks } from '../desk/desks';
import { ids } from '../ids';
import { formatQuery, nothingAt, parseAddress } from './address';
import type { RunFile } from './address';
import { t } from '../words';

/** The address of a file of a run. */
export function uriOf(file: RunFile): vscode.Uri {
  return vscode.Uri.from({ scheme: ids.scheme, path: `/${file.path}`, query: formatQuery(file) });
}

const MOST_KEPT = 24;

/** Reads files through the desk of their folder. */
export class RunFiles implements vscode.FileSystemProvider {
  // A run never changes, so nothing is ever told here.
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;
  /** The same file is asked for several times when it is opened. */
  private readonly kept = new Map<string, Promise<Uint8Array>>();

  constructor(private readonly desks: Desks) {}

  /** Make it known to VS Code. */
  register(): vscode.Disposable {
    const isReadonly = new vscode.MarkdownString(t('This is the file as it was in the run.'));
    return vscode.workspace.registerFileSystemProvider(ids.scheme, this, { isCaseSensitive: true, isReadonly });
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { length } = await this.readFile(uri);
    return {
      type: vscode.FileType.File,
      ctime: 0,
      mtime: 0,
      size: length,
      permissions: vscode.FilePermission.Readonly
    };
  }

  readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const key = uri.toString();
    let reading = this.kept.get(key);
    if (!reading) {
      reading = this.read(uri);
      this.kept.set(key, reading);
      reading.catch(() => this.kept.delete(key));
      for (const old of [...this.kept.keys()].slice(0, -MOST_KEPT)) {
        this.kept.delete(old);
      }
    }
    return reading;
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  private async read(uri: vscode.Uri): Promise<Uint8Array> {
    const file = parseAddress(uri.path, uri.query);
    const desk = file && this.desks.at(file.folder);
    if (!file || !desk) {
      throw vscode.FileSystemError.FileNotFound(uri);
    }
    if (file.side === 'none') {
      return new TextEncoder().encode(nothingAt(file.path));
    }
    try {
      const blob = await desk.source.file(file.place, file.run, file.path, file.side);
      return new Uint8Array(await blob.arrayBuffer());
    } catch (error) {
      if (error instanceof SourceError && error.status === 404) {
        throw vscode.FileSystemError.FileNotFound(uri);
      }
      throw vscode.FileSystemError.Unavailable(error instanceof Error ? error.message : String(error));
    }
  }
}
