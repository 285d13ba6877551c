/** Called by VS Code in its extension host: runs one suite of tests there, and tells the driver how each went. */

import Mocha from 'mocha';
import { ask } from './eyes';

const suites: Readonly<Record<string, () => Promise<unknown>>> = {
  tree: () => import('./suites/tree'),
  notebook: () => import('./suites/notebook')
};

/** Run the suite that the driver wants. */
export async function run(): Promise<void> {
  const plan = (await ask('plan')) as { readonly suite: string; readonly grep?: string };
  const mocha = new Mocha({ ui: 'bdd', timeout: 30_000, reporter: 'min', ...(plan.grep ? { grep: plan.grep } : {}) });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await suites[plan.suite]?.();
  const results: { readonly title: string; readonly error: string; readonly took: number }[] = [];
  await new Promise<void>(resolve => {
    mocha
      .run(() => resolve())
      .on('pass', test => results.push({ title: test.fullTitle(), error: '', took: test.duration ?? 0 }))
      .on('fail', (test, error: Error) =>
        results.push({ title: test.fullTitle(), error: error.stack ?? String(error), took: test.duration ?? 0 })
      );
  });
  await ask('results', { results });
}
