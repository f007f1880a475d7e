import { setTimeout as sleep } from 'node:timers/promises';
import { start, stop } from '../../test/support/child.ts';
import { freePort } from '../../test/support/freePort.ts';
import { type BuildName, builds } from '../../test/support/vscode/builds.ts';
import { install } from '../../test/support/vscode/install.ts';
import { inRoot } from '../root.ts';
import type { Side, Site } from './group.ts';
import { newConnections, type To } from './load.ts';

const openLimitMs = 30_000;

/** `ssh -N -L`, the base of all comparisons. */
export const ssh: Side = program('ssh -N -L', async () => ['ssh', '-N']);

/** Our `-N` on the Node of an editor, or on the one that runs this. */
export function cli(build?: BuildName): Side {
  const on = build ? `, Node ${builds[build].node.split('.')[0]}` : '';
  return program(`ours -N${on}`, async () => [await nodeOf(build), inRoot('dist', 'cli.cjs'), '-N']);
}

/** Our program with the watch on, as in the editor. */
export const watching: Side = program('watching', async () => [process.execPath, inRoot('dist', 'cli.cjs'), '--json']);

/** A direct connection, without a tunnel. */
export const direct: Side = {
  name: 'direct',
  open: async ({ address, originPort }) => ({ to: { host: address, port: originPort }, close: async () => undefined }),
};

async function nodeOf(build: BuildName | undefined): Promise<string> {
  return build ? (await install(build)).node : process.execPath;
}

/** A program that takes ssh's flags. To measure a new one, write its command here. */
function program(name: string, command: () => Promise<readonly [string, ...string[]]>): Side {
  return {
    name,
    open: async ({ sshd, originPort }: Site) => {
      const port = await freePort();
      const forward = `127.0.0.1:${port}:127.0.0.1:${originPort}`;
      const [file, ...args] = [...(await command()), '-q', '-F', sshd.configFile, '-L', forward, 'devbox'];
      const child = start(file, args, { stdio: ['ignore', 'ignore', 'inherit'] });
      const to = { host: '127.0.0.1', port };
      await answers(to, () => child.exitCode !== null);
      return { to, ...(child.pid !== undefined && { pid: child.pid }), close: () => stop(child) };
    },
  };
}

/** Resolves after the first answer. @throws Error when none comes in time, or `hasFailed` */
export async function answers(to: To, hasFailed: () => boolean): Promise<void> {
  const end = Date.now() + openLimitMs;
  for (;;) {
    try {
      await newConnections(to, 1, 1);
      return;
    } catch (error) {
      if (Date.now() > end || hasFailed()) throw error;
      await sleep(2);
    }
  }
}
