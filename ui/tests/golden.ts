/** Golden files of the contract, the same that the Python tests read. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Read a golden file as the shape it holds. */
export function golden<T>(name: string): T {
  return JSON.parse(readFileSync(resolve(__dirname, '../../tests/fixtures/contract', `${name}.json`), 'utf8')) as T;
}
