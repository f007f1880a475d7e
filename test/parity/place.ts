import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Scope } from '../../src/base/scope.ts';
import { startAgent } from '../support/agent.ts';
import { start, stop } from '../support/child.ts';
import { freePort } from '../support/freePort.ts';
import { makeKey } from '../support/keys.ts';
import { startSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import type { Server, Tried } from './case.ts';
import { certifyHost, publicKey, writeKey } from './keyFiles.ts';
import { noexecFolder, signedResolver, silentResolver } from './mounts.ts';
import { type Reachable, startChatty, startMute, startScripted } from './scripted.ts';

const fixtures = path.join(import.meta.dirname, '../fixtures/parity');

/** What a row needs, set up: both programs are tried against it. */
export interface Place {
  readonly configFile: string;
  readonly port: number;
  readonly env: NodeJS.ProcessEnv;
  /** The words before each program. */
  readonly runner: readonly string[];
  fill(text: string): string;
  /** What a program said, without the ports and folders of this run. */
  plain(text: string): string;
}

export function fixture(file: string): string {
  return fs.readFileSync(path.join(fixtures, file), 'latin1');
}

export async function setUp(row: Tried, scope: Scope): Promise<Place> {
  const folder = fs.mkdtempSync('/tmp/parity-');
  scope.defer(() => fs.rmSync(folder, { recursive: true, force: true }));
  const server = await startServer(row.server ?? { kind: 'sshd' }, folder, scope);
  const otherKey = publicKey(makeKey(folder, 'other', '-t', 'ed25519'));
  const words: Readonly<Record<string, string>> = {
    port: String(server.port),
    folder,
    user: os.userInfo().username,
    hostname: os.hostname(),
    home: os.homedir(),
    askpass: askpass(folder),
    hostKey: server.hostKey,
    otherKey,
    ca: publicKey(path.join(folder, 'ca')),
  };
  const fill = (text: string): string => text.replaceAll(/\{(\w+)\}/gu, (whole, word: string) => words[word] ?? whole);
  for (const kind of row.keys ?? []) writeKey(folder, kind);
  const knownHosts = row.knownHostsFile
    ? fixture(row.knownHostsFile).replaceAll(/ssh-ed25519 AAAA\.\.\.(\S+)/gu, (_, key) =>
        key === 'CA' ? (words['ca'] ?? '') : otherKey,
      )
    : (row.knownHosts ?? ['[127.0.0.1]:{port} {hostKey}']).map((line) => `${fill(line)}\n`).join('');
  fs.writeFileSync(path.join(folder, 'known_hosts'), knownHosts);
  const temporary = fill(row.env?.['TMPDIR'] ?? '');
  if (temporary.startsWith(folder)) fs.mkdirSync(temporary);
  const configFile = path.join(folder, 'config');
  const own = row.configFile ? fixture(row.configFile) : ['Host *', ...(row.config ?? [])].join('\n');
  fs.writeFileSync(configFile, Buffer.from([fill(own), ...reaching(fill), ''].join('\n'), 'latin1'));
  return {
    configFile,
    port: server.port,
    env: { ...clean(), ...(await agentOf(row, folder, scope)), ...filled(row.env ?? {}, fill) },
    runner: await mounts(row, { folder, temporary, hostKey: server.hostKey }, scope),
    fill,
    plain: (text) =>
      text
        .replaceAll(folder, 'FOLDER')
        .replaceAll(os.homedir(), 'HOME')
        .replaceAll(String(server.port), 'PORT')
        .replaceAll('\r', ''),
  };
}

async function mounts(
  { mounts: wanted }: Tried,
  { folder, temporary, hostKey }: { readonly folder: string; readonly temporary: string; readonly hostKey: string },
  scope: Scope,
): Promise<readonly string[]> {
  if (wanted === 'signedSshfp') return await signedResolver(hostKey, folder, scope);
  return wanted === 'noexecTmpdir' ? noexecFolder(temporary) : [];
}

/** The lines that reach the server, for what the row leaves open. */
function reaching(fill: (text: string) => string): readonly string[] {
  return [
    'Host *',
    'HostName 127.0.0.1',
    'Port {port}',
    'User {user}',
    'IdentityFile {folder}/id',
    'IdentitiesOnly yes',
    'UserKnownHostsFile {folder}/known_hosts',
    'GlobalKnownHostsFile none',
    'StrictHostKeyChecking yes',
  ].map(fill);
}

async function startServer(server: Server, folder: string, scope: Scope): Promise<Reachable> {
  makeKey(folder, 'id', '-t', 'ed25519');
  makeKey(folder, 'ca', '-t', 'ed25519');
  const reachable = await reach(server, folder, scope);
  scope.defer(async () => reachable.close());
  return reachable;
}

async function reach(server: Server, folder: string, scope: Scope): Promise<Reachable> {
  switch (server.kind) {
    case 'closed':
      return { port: await freePort(), hostKey: '', close: () => undefined };
    case 'mute':
      return await startMute();
    case 'chatty':
      return await startChatty();
    case 'scripted':
      return await startScripted(server);
    case 'sshd':
      return await startReal(server, folder, scope);
  }
}

type Real = Extract<Server, { readonly kind: 'sshd' }>;

async function startReal(server: Real, folder: string, scope: Scope): Promise<Reachable> {
  const { config = [], certifiedFor, isResolverSilent, hasMaster } = server;
  const authorized = path.join(folder, 'authorized_keys');
  fs.copyFileSync(path.join(folder, 'id.pub'), authorized);
  const certificate = path.join(folder, 'host-cert.pub');
  const sshd = await startSshd({
    config: [
      ...config.map((line) => line.replaceAll('{folder}', folder)),
      `AuthorizedKeysFile ${authorized}`,
      ...(certifiedFor ? [`HostCertificate ${certificate}`] : []),
    ],
    ...(isResolverSilent && { runner: await silentResolver(folder, scope) }),
  });
  const hostKeyFile = path.join(sshd.folder, 'host_ed25519');
  const reachable = { port: sshd.port, hostKey: publicKey(hostKeyFile), close: () => sshd.stop() };
  if (certifiedFor) {
    fs.copyFileSync(`${hostKeyFile}.pub`, path.join(folder, 'host.pub'));
    certifyHost(path.join(folder, 'ca'), path.join(folder, 'host.pub'), certifiedFor);
    await sshd.restart();
  }
  if (hasMaster) {
    const master = path.join(folder, 'master');
    const args = ['-N', '-M', '-S', master, '-F', sshd.configFile, '-i', path.join(folder, 'id'), 'devbox'];
    const child = start('ssh', args, { env: clean() });
    scope.defer(() => stop(child));
    await until('the master', () => fs.existsSync(master));
    fs.writeFileSync(authorized, '');
  }
  return reachable;
}

/** No agent, no askpass program, no terminal of the person who runs this. */
function clean(): NodeJS.ProcessEnv {
  const { SSH_AUTH_SOCK: _, SSH_ASKPASS: _1, DISPLAY: _2, ...env } = process.env;
  return env;
}

async function agentOf({ agent }: Tried, folder: string, scope: Scope): Promise<NodeJS.ProcessEnv> {
  if (!agent) return {};
  const held = await startAgent();
  scope.defer(() => held.stop());
  for (const [index, kind] of agent.entries()) {
    const own = path.join(folder, `agent-${index}`);
    fs.mkdirSync(own);
    held.add(writeKey(own, kind));
  }
  return { SSH_AUTH_SOCK: held.socket };
}

/** A program that gives a password. */
function askpass(folder: string): string {
  const file = path.join(folder, 'askpass');
  fs.writeFileSync(file, '#!/bin/sh\necho from askpass\n', { mode: 0o700 });
  return file;
}

function filled(env: Readonly<Record<string, string>>, fill: (text: string) => string): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)]));
}
