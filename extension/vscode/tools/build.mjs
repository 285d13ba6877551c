// Build the extension into `dist`: the extension's program, the page of its tabs, and the renderer of cards. `--tests` builds the tests as well.
import { rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
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
/** The renderer of cards is one module: its style sheet is a text in it. */
const card = {
  ...common,
  entryPoints: { card: 'src/renderer/main.tsx' },
  outdir: 'dist',
  format: 'esm',
  jsx: 'automatic',
  target: ['es2022'],
  plugins: [
    {
      name: 'style-as-text',
      setup({ onLoad }) {
        onLoad({ filter: /renderer\/card\.css$/ }, async ({ path }) => {
          const { outputFiles, metafile } = await build({
            entryPoints: [path],
            bundle: true,
            minify: true,
            write: false,
            metafile: true
          });
          const watchFiles = Object.keys(metafile.inputs).map(name => resolve(name));
          return { contents: outputFiles[0].text, loader: 'text', watchFiles };
        });
      }
    }
  ]
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
  const watched = await Promise.all([program, page, card].map(each => context(each)));
  await Promise.all(watched.map(each => each.watch()));
} else {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const built = await Promise.all(
    [program, page, card, ...(words.includes('--tests') ? [tests] : [])].map(each => build(each))
  );
  for (const { metafile } of built) {
    for (const [name, { bytes }] of Object.entries(metafile.outputs)) {
      console.log(`${name}: ${(bytes / 1000).toFixed(1)} kB`);
    }
  }
}
