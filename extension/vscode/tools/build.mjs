// Build the extension into `dist`: the extension's program, and the page of its tabs. `--tests` builds the tests as well.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const words = process.argv.slice(2);

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: !words.includes('--watch'),
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  define: { 'process.env.NODE_ENV': '"production"' }
};
const program = {
  ...common,
  entryPoints: { extension: 'src/extension.ts' },
  outdir: 'dist',
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode']
};
const page = {
  ...common,
  entryPoints: { view: 'webview/main.tsx' },
  outdir: 'dist',
  format: 'iife',
  jsx: 'automatic',
  target: ['es2022']
};
const tests = {
  ...program,
  minify: false,
  entryPoints: { index: 'test/host/index.ts' },
  outdir: 'dist-tests',
  // Mocha finds its own files beside it.
  external: ['vscode', 'mocha']
};

if (words.includes('--watch')) {
  const watched = await Promise.all([program, page].map(each => context(each)));
  await Promise.all(watched.map(each => each.watch()));
} else {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const built = await Promise.all(
    [program, page, ...(words.includes('--tests') ? [tests] : [])].map(each => build(each))
  );
  for (const { metafile } of built) {
    for (const [name, { bytes }] of Object.entries(metafile.outputs)) {
      console.log(`${name}: ${(bytes / 1000).toFixed(1)} kB`);
    }
  }
}
