/** The golden files that Python's tests read too. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@trackside/ui';

/** Read one. */
export function golden<T>(name: string): T {
  const folder = join(import.meta.dirname, '../../../../tests/fixtures/contract');
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as T;
}

/** The page of nine runs, one of them open. */
export const page = golden<Page>('page');
