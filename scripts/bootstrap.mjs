// Runs scripts/NAME.ts on a machine that has Node and nothing else: `node scripts/bootstrap.mjs NAME [ARGUMENTS]`.
// Plain JavaScript without dependencies, since it is what installs them.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [name, ...args] = process.argv.slice(2);
requireNode(20, 19);
if (!name || !fs.existsSync(path.join(root, 'scripts', `${name}.ts`))) fail('usage: node scripts/bootstrap.mjs NAME');
const missing = outOfDate();
if (missing > 0) install(missing);
run();

/** The oldest Node that the linter, the formatter and the test runner accept. */
function requireNode(major, minor) {
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  fail(
    `SSH Ports needs Node ${major}.${minor} or newer to be built, and this is ${process.version}: https://nodejs.org`,
  );
}

/** How many packages of package-lock.json are not in node_modules as locked. npm notes what it installed there. */
function outOfDate() {
  const wanted = packages('package-lock.json');
  const installed = packages('node_modules/.package-lock.json');
  return Object.entries(wanted).filter(
    ([folder, { version, optional }]) =>
      folder !== '' && (installed[folder] ? installed[folder].version !== version : !optional),
  ).length;
}

function packages(lockFile) {
  try {
    return JSON.parse(fs.readFileSync(path.join(root, lockFile), 'utf8')).packages;
  } catch {
    return {};
  }
}

function install(count) {
  console.log(`Installing ${count} packages (npm ci)…`);
  const npm = process.env['npm_execpath'];
  const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] };
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, 'ci', '--loglevel=error'], options)
    : spawnSync('npm', ['ci', '--loglevel=error'], { ...options, shell: process.platform === 'win32' });
  if (result.error || result.status !== 0) fail(`npm ci failed${result.error ? `: ${result.error.message}` : ''}`);
}

function run() {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(root, 'scripts', `${name}.ts`), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  // Ctrl+C reaches the whole foreground group by itself, a signal sent to this process alone does not.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(error.message));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (os.constants.signals[signal] ?? 1)));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
