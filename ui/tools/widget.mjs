// Build the widget of `%track view` into the package that the kernel reads it from: a small loader, the program, its style.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { mkdirSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { scoped } from './scope.mjs';

const ui = join(dirname(fileURLToPath(import.meta.url)), '..');
const outdir = process.argv[2] ?? join(ui, '../kernel_side/trackside/display/static');

const { outputFiles } = await build({
  entryPoints: { loader: join(ui, 'widget/loader.ts'), widget: join(ui, 'widget/main.tsx') },
  outdir,
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022'],
  jsx: 'automatic',
  legalComments: 'none',
  absWorkingDir: ui,
  define: { 'process.env.NODE_ENV': '"production"' },
  write: false
});
mkdirSync(outdir, { recursive: true });
for (const file of outputFiles) {
  const { path } = file;
  const contents = path.endsWith('.css') ? new TextEncoder().encode(scoped(file.text)) : file.contents;
  writeFileSync(path, contents);
  const name = path.slice(outdir.length + 1);
  console.log(`${name}: ${size(contents)} kB, ${size(gzipSync(contents))} kB gzipped`);
}

function size(bytes) {
  return (bytes.length / 1000).toFixed(1);
}
