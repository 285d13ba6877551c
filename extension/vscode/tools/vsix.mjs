// Package the extension: `node tools/vsix.mjs [FILE]`. Built anew in a folder of its own, so that nothing that lies about is shipped.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const {
  scripts,
  devDependencies,
  private: _,
  ...manifest
} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const file = resolve(process.argv[2] ?? join(root, `${manifest.name}-${manifest.version}.vsix`));
const vsce = join(dirname(createRequire(import.meta.url).resolve('@vscode/vsce/package.json')), 'vsce');
const staged = mkdtempSync(join(tmpdir(), 'trackside-vsix-'));

try {
  for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE', 'media', '.vscodeignore']) {
    cpSync(join(root, name), join(staged, name), { recursive: true });
  }
  writeFileSync(join(staged, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  run(join(root, 'tools/build.mjs'), '--into', staged);
  // Everything is in the bundle: what npm installed stays out. Addresses in the documents are whole ones.
  run(vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', file);
} finally {
  rmSync(staged, { recursive: true, force: true });
}
console.log(`${file}: ${(statSync(file).size / 1000).toFixed(1)} kB`);

function run(program, ...words) {
  // What vsce says of its work is of no use here; what goes wrong is told on standard error.
  const output = program === vsce ? 'ignore' : 'inherit';
  execFileSync(process.execPath, [program, ...words], { cwd: staged, stdio: ['ignore', output, 'inherit'] });
}
