// Package the extension: `node tools/vsix.mjs [FILE]`. Built anew, since a stale or development build would be shipped as it lies.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const file = resolve(process.argv[2] ?? join(root, `${name}-${version}.vsix`));
const vsce = join(dirname(createRequire(import.meta.url).resolve('@vscode/vsce/package.json')), 'vsce');

execFileSync(process.execPath, [join(root, 'tools/build.mjs')], { cwd: root, stdio: 'inherit' });
// Everything is in the bundle: what npm installed stays out. Addresses in the documents are whole ones.
const words = [
  'package',
  '--no-dependencies',
  '--allow-missing-repository',
  '--no-rewrite-relative-links',
  '--out',
  file
];
execFileSync(process.execPath, [vsce, ...words], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
console.log(`${file}: ${(statSync(file).size / 1000).toFixed(1)} kB`);
