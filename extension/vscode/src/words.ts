/** What a person reads, in the language of VS Code. */

import type { Words } from '@trackside/ui';
import * as vscode from 'vscode';

/** Translate a text; `{name}` is filled in from `values`. */
export const t: Words = (text, values) => (values ? vscode.l10n.t(text, values) : vscode.l10n.t(text));
