// Build the page of `trackside ui` into the server's static folder.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

const ui = join(dirname(fileURLToPath(import.meta.url)), '..');
const outdir = process.argv[2] ?? join(ui, '../extension/server/trackside_server/static');

const options = {
  entryPoints: { page: join(ui, 'page/main.tsx') },
  outdir,
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022'],
  jsx: 'automatic',
  legalComments: 'none',
  metafile: true,
  absWorkingDir: ui,
  define: { 'process.env.NODE_ENV': '"production"' }
};
const { metafile } = await build(options);
const react = ['react', 'react/jsx-runtime', 'react-dom', 'react-dom/client'];
const bare = await build({ ...options, external: react, write: false, metafile: false });
for (const name of Object.keys(metafile.outputs)) {
  console.log(`${name}: ${zipped(readFileSync(join(ui, name)))} kB gzipped`);
}
const script = bare.outputFiles.find(file => file.path.endsWith('.js'));
console.log(`page.js without React: ${zipped(script.contents)} kB gzipped`);

function zipped(bytes) {
  return (gzipSync(bytes).length / 1000).toFixed(1);
}
