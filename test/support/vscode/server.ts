import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { start, stop } from '../child.ts';
import { until } from '../until.ts';
import type { BuildName } from './builds.ts';
import { install, type Installed } from './install.ts';
import { makeProfile, type Profile } from './profile.ts';

/** A VS Code server of our own on a free loopback port, in a throw-away profile. */
export interface VSCodeServer {
  /** Opens the workbench; add `?folder=PATH`. */
  readonly url: string;
  readonly profile: Profile;
  readonly log: () => string;
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly build?: BuildName;
  /** `product`: with `/proxy/PORT/`, for what a person does. `testDriver`: runs tests inside the extension host. */
  readonly mode: 'product' | 'testDriver';
  /** Installed before it starts. */
  readonly vsix?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Reaches the extension host. `HOME` is the profile's own unless it is given here. */
  readonly env?: Readonly<Record<string, string>>;
}

export async function startServer(options: ServerOptions): Promise<VSCodeServer> {
  const installed = await install(options.build ?? 'newest');
  // The name is short because Unix sockets, whose paths are limited, live below it.
  const profile = makeProfile(fs.mkdtempSync(path.join(os.tmpdir(), 'vs-')), options.settings);
  try {
    if (options.vsix !== undefined) await installExtension(installed, profile, options.vsix);
    const child = start(installed.node, args(options.mode, installed, profile), {
      env: { ...environment(profile), ...options.env },
    });
    const { port, log } = await listening(child);
    return {
      url: `http://127.0.0.1:${port}/`,
      profile,
      log,
      stop: async () => {
        await stop(child);
        remove(profile);
      },
    };
  } catch (error) {
    remove(profile);
    throw error;
  }
}

async function installExtension(installed: Installed, profile: Profile, vsix: string): Promise<void> {
  const folders = ['--extensions-dir', profile.extensions, '--user-data-dir', profile.userData];
  const options = { env: environment(profile), timeout: 60_000 };
  const data = ['--server-data-dir', path.join(profile.root, 's'), '--accept-server-license-terms'];
  await promisify(execFile)(
    installed.node,
    [installed.serverMain, '--install-extension', vsix, ...folders, ...data],
    options,
  );
}

function args(mode: ServerOptions['mode'], installed: Installed, profile: Profile): string[] {
  const shared = ['--user-data-dir', profile.userData, '--extensions-dir', profile.extensions];
  const quiet = ['--disable-telemetry', '--disable-workspace-trust', '--disable-update-check'];
  switch (mode) {
    case 'product': {
      const config = path.join(profile.root, 'config.yaml');
      fs.writeFileSync(config, 'cert: false\n');
      const serve = ['--auth', 'none', '--bind-addr', '127.0.0.1:0', '--config', config];
      return [installed.entry, ...serve, ...shared, ...quiet, '--disable-getting-started-override'];
    }
    case 'testDriver': {
      const serve = ['--without-connection-token', '--host', '127.0.0.1', '--port', '0', '--force-disable-user-env'];
      const data = ['--server-data-dir', path.join(profile.root, 's'), '--accept-server-license-terms'];
      return [installed.serverMain, ...serve, ...data, ...shared, ...quiet, '--enable-smoke-test-driver'];
    }
  }
}

/** Ours, without what another VS Code, npm or a debugger put there, and with an empty gallery: nothing asks the network. */
function environment(profile: Profile): NodeJS.ProcessEnv {
  const foreign = /^(VSCODE_|ELECTRON_|CODE_SERVER|npm_|NODE_OPTIONS$|NODE_TEST_CONTEXT$|PORT$|PASSWORD$)/;
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  const temporary = path.join(profile.root, 't');
  fs.mkdirSync(temporary, { recursive: true, mode: 0o700 });
  return {
    ...Object.fromEntries(own),
    HOME: profile.home,
    TMPDIR: temporary,
    XDG_RUNTIME_DIR: temporary,
    XDG_CONFIG_HOME: path.join(profile.root, 'c'),
    XDG_DATA_HOME: path.join(profile.root, 'd'),
    EXTENSIONS_GALLERY: '{}',
  };
}

async function listening(child: ChildProcess): Promise<{ port: number; log: () => string }> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the VS Code server ended with ${code}:\n${output}`);
  });
  const said = until('the VS Code server', () => listeningOn.exec(output)?.[1], 60_000);
  return { port: Number(await Promise.race([said, ended])), log: () => output };
}

/** What `server-main.js` and `entry.js` say when they are ready. */
const listeningOn = /(?:agent listening on |listening on http:\/\/127\.0\.0\.1:)(\d+)/;

function remove(profile: Profile): void {
  fs.rmSync(profile.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
