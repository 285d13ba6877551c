/** Called by VS Code in its extension host: runs one suite of tests there, and tells the driver how each went. */

import Mocha from 'mocha';
import { ask, shot } from './eyes';

const suites: Readonly<Record<string, () => Promise<unknown>>> = {
  tree: () => import('./suites/tree'),
  tabs: () => import('./suites/tabs'),
  acts: () => import('./suites/acts'),
  diffs: () => import('./suites/diffs'),
  sharing: () => import('./suites/sharing'),
  promote: () => import('./suites/promote'),
  setup: () => import('./suites/setup'),
  untrusted: () => import('./suites/untrusted'),
  'before-reload': () => import('./suites/reload').then(suite => suite.before()),
  'after-reload': () => import('./suites/reload').then(suite => suite.after()),
  folders: () => import('./suites/folders'),
  speed: () => import('./suites/speed'),
  notebook: () => import('./suites/notebook')
};

/** Run the suite that the driver wants. */
export async function run(): Promise<void> {
  const plan = (await ask('plan')) as { readonly suites: readonly string[]; readonly grep?: string };
  const mocha = new Mocha({ ui: 'bdd', timeout: 30_000, reporter: 'min', ...(plan.grep ? { grep: plan.grep } : {}) });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  mocha.rootHooks({
    async afterEach(this: Mocha.Context) {
      if (this.currentTest?.state === 'failed') {
        await shot(`failed ${this.currentTest.fullTitle()}`.replace(/\W+/g, '-').slice(0, 60));
      }
    }
  });
  for (const suite of plan.suites) {
    await suites[suite]?.();
  }
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
  if (plan.suites.includes('before-reload')) {
    // A window whose tests are done is being closed: the one that is loaded again must be as it is for a person.
    await new Promise(() => undefined);
  }
}
