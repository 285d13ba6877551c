import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Read one golden file of the contract. */
export function golden<T>(name: string): T {
  const file = join(import.meta.dirname, '../../../tests/fixtures/contract', `${name}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}
