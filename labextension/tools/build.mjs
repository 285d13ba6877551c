// Builds the labextension as `jupyter-builder build` does, without a Python around it: `node tools/build.mjs [--watch] [--development]`.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const builder = require.resolve('@jupyter/builder/lib/build-labextension.js');
const core = require.resolve('@jupyterlab/core-meta/core.package.json');
const asked = process.argv.slice(2);
const ended = spawnSync(process.execPath, [builder, '--core-package-file', core, ...asked, here], {
  stdio: 'inherit',
  cwd: here
});
process.exit(ended.status ?? 1);
