import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import ssh2, { type Client, type ClientChannel } from 'ssh2';
import {
  channelCount,
  cipherOf,
  exchangeSignature,
  globalReplies,
  handlersOf,
  isNodeGcm,
  protocolOf,
  rewriteSent,
  sessionId,
  windowsOf,
} from '../../../../src/core/ssh/builtin/internals.ts';
import { isConsumedAtOnce, onMessage } from '../../../../src/core/ssh/builtin/received.ts';
import { FIRST_WINDOW_BYTES } from '../../../../src/core/ssh/builtin/receiveWindow.ts';
import { startServer } from '../../../support/scriptedServer.ts';

const advice = 'ssh2 changed: read internals.ts again';
const sources = [
  'internals.ts',
  'received.ts',
  'keyExchange.ts',
  'certificateExchange.ts',
  'offer.ts',
  'standIn.ts',
].map((name) => new URL(`../../../../src/core/ssh/builtin/${name}`, import.meta.url));
const ssh2Folder = path.dirname(createRequire(import.meta.url).resolve('ssh2'));

/** The private members of ssh2 that these files name. */
const privateMembers = [
  '_authsQueue',
  '_callbacks',
  '_chanMgr',
  '_cipher',
  '_count',
  '_decKeyMain',
  '_decKeyPktLen',
  '_decipher',
  '_decipherKey',
  '_dh',
  '_encKey',
  '_encKeyMain',
  '_encKeyPktLen',
  '_generator',
  '_handlers',
  '_hostKey',
  '_kex',
  '_macKey',
  '_offer',
  '_onWrite',
  '_packetRW',
  '_prime',
  '_protocol',
  '_public',
  '_remoteIdentRaw',
  '_remoteKexinit',
  '_sig',
];

/** The files whose behaviour they rely on: the first half of the SHA-256 of each. */
const files: Readonly<Record<string, string>> = {
  'Channel.js': '53e92988a025009b192b72be110bd240',
  'client.js': 'edd3484daa9d942bc5a6412edc9cf11f',
  'protocol/Protocol.js': 'c1104b49087de7a91cd3ffaac8807c05',
  'protocol/crypto.js': 'a729d2064e787e2a4589c25a284444fe',
  'protocol/handlers.js': 'b15f990134a4f69b7492d0b875d80d8c',
  'protocol/handlers.misc.js': '8927c504c3c338187f36f0304a3452d6',
  'protocol/kex.js': '054ba4b81801596350f0e2e939746d29',
  'protocol/utils.js': '402b39e75ede9e3dc99af5e8af008602',
  'utils.js': 'bbae8286bc64b049499ce353e8dc4eef',
};

void test('these private members of ssh2 are named and no other', () => {
  const named = sources.flatMap((file) => fs.readFileSync(file, 'utf8').match(/(?<![\w$`])_[a-z]\w*/gi) ?? []);
  assert.deepEqual([...new Set(named)].sort(), privateMembers);
});

for (const [file, expected] of Object.entries(files)) {
  void test(`lib/${file} of ssh2 is the one that our code was written for`, () => {
    const actual = createHash('sha256')
      .update(fs.readFileSync(path.join(ssh2Folder, file)))
      .digest('hex');
    assert.equal(actual.slice(0, 32), expected, advice);
  });
}

void test('a live ssh2 client has every member that internals.ts uses', async (t) => {
  const { client, signature } = await connected(t);
  assert.ok(signature.length > 0, advice);
  assert.equal(sessionId(client).length, 32, advice);
  assert.ok(Array.isArray(globalReplies(client)), advice);
  assert.equal(channelCount(client), 0, advice);
  const methods = ['authNone', 'authPassword', 'authKeyboard', 'authInfoRes', 'channelWindowAdjust', 'ping', 'rekey'];
  const handlers = ['GLOBAL_REQUEST', 'EXT_INFO', 'USERAUTH_SUCCESS', 'USERAUTH_FAILURE', 'USERAUTH_PK_OK'].concat([
    'USERAUTH_PASSWD_CHANGEREQ',
    'USERAUTH_INFO_REQUEST',
  ]);
  const lacking = [
    ...methods.filter((name) => !isFunction(protocolOf(client), name)),
    ...handlers.filter((name) => !isFunction(handlersOf(client), name)),
  ];
  assert.deepEqual(lacking, [], advice);
});

void test('AES-GCM by node:crypto is recognized by the names of its two classes', async (t) => {
  const { client } = await connected(t);
  assert.ok(isNodeGcm(cipherOf(client)), advice);
  assert.ok(isConsumedAtOnce(client), advice);
});

void test('everything that the cipher writes passes through the rewriting', async (t) => {
  const { client } = await connected(t);
  let rewritten = 0;
  rewriteSent(client, (bytes) => {
    rewritten += bytes.length;
    return bytes;
  });
  protocolOf(client).ping();
  assert.ok(rewritten >= 32, advice);
});

void test('all listeners hear every message, also after a key exchange', async (t) => {
  const { client } = await connected(t);
  const heard: string[] = [];
  onMessage(client, () => heard.push('first'));
  onMessage(client, () => heard.push('second'));
  protocolOf(client).rekey();
  await once(client, 'handshake', { signal: AbortSignal.timeout(10_000) });
  heard.length = 0;
  const answered = new Promise((resolve) => globalReplies(client).push(resolve));
  protocolOf(client).ping();
  await answered;
  assert.deepEqual(heard, ['first', 'second'], advice);
});

void test('a channel shows the windows of both directions', async (t) => {
  const { client } = await connected(t);
  const channel = await new Promise<ClientChannel>((resolve, reject) => {
    client.exec('true', (error, opened) => (error ? reject(error) : resolve(opened)));
  });
  const { incoming, outgoing } = windowsOf(channel);
  assert.equal(incoming.window, FIRST_WINDOW_BYTES, advice);
  assert.deepEqual([typeof outgoing.id, outgoing.state], ['number', 'open'], advice);
});

function isFunction(owner: object, name: string): boolean {
  return typeof (owner as Readonly<Record<string, unknown>>)[name] === 'function';
}

/** A client that is logged in to a server of ssh2 in this process, with AES-GCM. */
async function connected(t: TestContext): Promise<{ readonly client: Client; readonly signature: Buffer }> {
  const server = await startServer(
    (context) => context.accept(),
    {},
    (session) => session.on('session', (accept) => accept().on('exec', (start) => void start())),
  );
  t.after(() => server.close());
  const client = new ssh2.Client();
  let signature = Buffer.alloc(0);
  client.connect({
    host: '127.0.0.1',
    port: server.port,
    username: 'somebody',
    algorithms: { cipher: ['aes128-gcm@openssh.com'] },
    hostVerifier: () => {
      signature = Buffer.from(exchangeSignature(client));
      return true;
    },
  });
  await once(client, 'ready', { signal: AbortSignal.timeout(10_000) });
  t.after(() => client.end());
  return { client, signature };
}
