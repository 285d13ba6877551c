// Build the extension into `dist`: the extension's program, the page of its tabs, and the renderer of cards. `--tests` builds the tests as well.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const words = process.argv.slice(2);
/** `--into FOLDER`: where `dist` is put. */
const into = words.includes('--into') ? resolve(words[words.indexOf('--into') + 1]) : root;
const outdir = join(into, 'dist');

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
  outdir,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode']
};
const page = {
  ...common,
  entryPoints: { view: 'webview/main.tsx' },
  outdir,
  format: 'iife',
  jsx: 'automatic',
  target: ['es2022']
};
/** The renderer of cards is one module: its style sheet is a text in it. */
const card = {
  ...common,
  entryPoints: { card: 'src/renderer/main.tsx' },
  outdir,
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
  rmSync(outdir, { recursive: true, force: true });
  const built = await Promise.all(
    [program, page, card, ...(words.includes('--tests') ? [tests] : [])].map(each => build(each))
  );
  for (const { metafile } of built) {
    for (const [name, { bytes }] of Object.entries(metafile.outputs)) {
      console.log(`${name}: ${(bytes / 1000).toFixed(1)} kB`);
    }
  }
  writeFileSync(join(outdir, 'licenses.txt'), licenses(built.slice(0, 3)));
}

/** The licences of what was put into the bundles, as they ask to be kept. */
function licenses(made) {
  const packages = new Set();
  for (const { metafile } of made) {
    for (const input of Object.keys(metafile.inputs)) {
      const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
      if (found) {
        packages.add(resolve(root, found[1]));
      }
    }
  }
  const texts = [...packages].sort().map(folder => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = existsSync(folder) && readdirSync(folder).find(each => /^licen[cs]e/i.test(each));
    return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), 'utf8').trim() : ''}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}
