import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { HostConfig } from '../../../src/core/config/hostConfig.ts';
import { keyTypes } from '../../../src/core/config/keywords/algorithms.ts';
import type { AuthFailed, Connection } from '../../../src/core/ssh/connection.ts';
import { connectWith, type Transport, sshArguments } from '../../../src/core/ssh/transport.ts';
import { sshdConfig } from '../../support/hostConfig.ts';
import { authorize, certify, makeKey, makeSecurityKey } from '../../support/keys.ts';
import { memoryLog, problemOf, script } from '../../support/ssh.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';

const switching = "trying again with the system's ssh";
let sshd: Sshd;
let securityKey: string;
let log: ReturnType<typeof memoryLog>;

async function serve(...config: readonly string[]): Promise<void> {
  sshd = await startSshd({ config: ['LogLevel DEBUG1', ...config] });
  securityKey = makeSecurityKey(sshd.folder, 'id_device');
  authorize(path.join(sshd.folder, 'authorized_keys'), securityKey);
}

beforeEach(() => {
  log = memoryLog();
});
afterEach(() => sshd.stop());

/** The configuration that ssh(1) itself reads: the same host, with further `lines`. */
function configFile(...lines: readonly string[]): string {
  const file = path.join(sshd.folder, 'client_config');
  const text = fs.readFileSync(sshd.configFile, 'utf8').replace(/^ *Identit.*\n/gmu, '');
  fs.writeFileSync(file, [text, ...lines.map((line) => `  ${line}\n`)].join(''));
  return file;
}

function open(
  transport: Transport,
  changes: Partial<HostConfig>,
  {
    prompts = script(),
    userFile = configFile(`IdentityFile ${securityKey}`),
    allowCommand = async (command: string) => command === '',
  } = {},
): Promise<Connection> {
  const config = sshdConfig(sshd, { identityFiles: [securityKey], ...changes });
  const deps = {
    prompts,
    log,
    args: sshArguments({ userFile }),
    resolveHop: () => Promise.reject(new Error('unexpected jump host')),
    allowCommand,
  };
  return connectWith(transport, config, deps, AbortSignal.timeout(30_000));
}

/** The clients that the server saw, in order. */
function clients(): readonly string[] {
  return [...sshd.log().matchAll(/remote software version (ssh2js|OpenSSH)/gu)].map(([, name = '']) => name);
}

const hasSwitched = (): boolean => log.lines.some((line) => line.includes(switching));

void test('the generated security key files match those of OpenSSH', async () => {
  await serve();
  const shown = execFileSync('ssh-keygen', ['-y', '-f', securityKey], { encoding: 'utf8' });
  assert.equal(shown, fs.readFileSync(`${securityKey}.pub`, 'utf8'));
});

void test('a key file that needs a device is left to the system’s ssh, which reports why it failed', async () => {
  await serve();
  const problem = await problemOf(open('auto', {}));
  const accepted = ['publickey', 'keyboard-interactive'];
  assert.deepEqual(problem, { code: 'authFailed', host: 'devbox', user: sshd.user, tried: [], accepted });
  assert.deepEqual(clients(), ['ssh2js', 'OpenSSH']);
  assert.ok(hasSwitched());
});

void test('a key that only ssh can use logs in without a question, although the server accepts passwords', async () => {
  await serve('PasswordAuthentication yes');
  // This key replaces the missing device. Only ssh(1) knows about it.
  const userFile = configFile(`IdentityFile ${securityKey}`, `IdentityFile ${sshd.keyFile}`);
  const connection = await open('auto', {}, { userFile });
  assert.equal(connection.facts.transport, 'openssh');
  assert.deepEqual(clients(), ['ssh2js', 'OpenSSH']);
  await connection.close();
});

void test('the built-in transport stays when the server accepts another key', async () => {
  await serve();
  const connection = await open('auto', { identityFiles: [securityKey, sshd.keyFile] });
  assert.equal(connection.facts.transport, 'builtin');
  assert.deepEqual(clients(), ['ssh2js']);
  await connection.close();
});

void test('a DSA key goes to the system’s ssh where the configuration and the server allow it', async () => {
  await serve('PubkeyAcceptedAlgorithms +ssh-dss');
  const { privateKey } = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 });
  const file = path.join(sshd.folder, 'id_dsa');
  fs.writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  fs.appendFileSync(path.join(sshd.folder, 'authorized_keys'), execFileSync('ssh-keygen', ['-y', '-f', file]));
  const userFile = configFile(`IdentityFile ${file}`, 'IdentitiesOnly yes', 'PubkeyAcceptedAlgorithms +ssh-dss');
  const pubkeyAcceptedAlgorithms = [...keyTypes.preferred, 'ssh-dss'];
  const connection = await open('auto', { identityFiles: [file], pubkeyAcceptedAlgorithms }, { userFile });
  assert.equal(connection.facts.transport, 'openssh');
  assert.deepEqual(clients(), ['ssh2js', 'OpenSSH']);
  await connection.close();
});

void test('a security key that the server refuses causes no second attempt', async () => {
  await serve();
  const stranger = makeSecurityKey(sshd.folder, 'id_stranger');
  const problem = await problemOf(open('auto', { identityFiles: [stranger] }));
  assert.equal(problem.code, 'authFailed');
  assert.deepEqual(clients(), ['ssh2js']);
});

void test('the built-in transport alone tries a password, and the problem lists what ssh could use', async () => {
  await serve('PasswordAuthentication yes');
  const prompts = script({ secret: () => 'wrong' });
  const problem = await problemOf(open('builtin', {}, { prompts }));
  assert.deepEqual('onlyOpenssh' in problem && problem.onlyOpenssh, ['id_device']);
  assert.equal(prompts.secrets.length, 3);
  assert.deepEqual(clients(), ['ssh2js']);
});

void test('without an ssh, the problem says so and names the lacking feature', async () => {
  await serve();
  const { PATH } = process.env;
  process.env['PATH'] = '/nonexistent';
  const problem = await problemOf(open('auto', {})).finally(() => (process.env['PATH'] = PATH));
  assert.equal(problem.code, 'opensshMissing');
  assert.ok('lacking' in problem && 'why' in problem);
  assert.equal(problem.why, 'notFound');
  const { code, onlyOpenssh } = problem.lacking as AuthFailed;
  assert.deepEqual({ code, onlyOpenssh }, { code: 'authFailed', onlyOpenssh: ['id_device'] });
});

void test('keys in a PKCS11Provider are left to the system’s ssh', async () => {
  await serve('PasswordAuthentication yes');
  const userFile = configFile(`IdentityFile ${sshd.keyFile}`);
  const changes = { identityFiles: [], pkcs11Provider: '/nonexistent/token.so' };
  const connection = await open('auto', changes, { userFile });
  assert.equal(connection.facts.transport, 'openssh');
  await connection.close();
});

void test('a certificate without its key is offered, and left to the system’s ssh if the server accepts it', async () => {
  await serve();
  const authority = makeKey(sshd.folder, 'authority');
  const hidden = makeKey(sshd.folder, 'hidden');
  const certificate = certify(authority, hidden, sshd.user);
  const [type, key] = fs.readFileSync(`${authority}.pub`, 'utf8').split(' ');
  fs.appendFileSync(path.join(sshd.folder, 'authorized_keys'), `cert-authority ${type} ${key}\n`);
  const userFile = configFile(`CertificateFile ${certificate}`, `IdentityFile ${hidden}`);
  const connection = await open('auto', { identityFiles: [], certificateFiles: [certificate] }, { userFile });
  assert.equal(connection.facts.transport, 'openssh');
  await connection.close();
});

void test("KnownHostsCommand is left to the system’s ssh, after the user's consent to the command", async () => {
  await serve();
  const knownHostsCommand = `/bin/cat ${sshd.knownHostsFile}`;
  const userFile = configFile(`IdentityFile ${sshd.keyFile}`);
  const text = fs.readFileSync(userFile, 'utf8');
  fs.writeFileSync(userFile, text.replace(/UserKnownHostsFile .*/u, `KnownHostsCommand ${knownHostsCommand}`));
  const changes = { userKnownHostsFiles: [], knownHostsCommand };
  assert.deepEqual(await problemOf(open('auto', changes, { userFile })), {
    code: 'commandNotAllowed',
    command: knownHostsCommand,
  });
  const connection = await open('auto', changes, {
    userFile,
    allowCommand: async (command) => command === knownHostsCommand,
  });
  assert.equal(connection.facts.transport, 'openssh');
  await connection.close();
});

void test('BindInterface is left to the system’s ssh', async () => {
  await serve();
  const userFile = configFile(`IdentityFile ${sshd.keyFile}`, 'BindInterface lo');
  const connection = await open('auto', { bindInterface: 'lo' }, { userFile });
  assert.equal(connection.facts.transport, 'openssh');
  assert.deepEqual(clients(), ['OpenSSH']);
  await connection.close();
});

void test('VerifyHostKeyDNS is left to the system’s ssh, and the log says so', async () => {
  await serve();
  const userFile = configFile(`IdentityFile ${sshd.keyFile}`, 'VerifyHostKeyDNS yes');
  const connection = await open('auto', { verifyHostKeyDns: true }, { userFile });
  assert.equal(connection.facts.transport, 'openssh');
  assert.deepEqual(clients(), ['OpenSSH']);
  assert.ok(log.lines.some((line) => line.includes("only the system's ssh supports VerifyHostKeyDNS")));
  await connection.close();
});

void test('ProxyUseFdpass is left to the system’s ssh', async () => {
  await serve();
  // Connects and passes the socket through its standard output, like OpenBSD's nc -F.
  const program = path.join(sshd.folder, 'dial.py');
  const lines = [
    'import array, socket',
    `far = socket.create_connection(("127.0.0.1", ${sshd.port}))`,
    'out = socket.socket(fileno=1)',
    'out.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [far.fileno()]))])',
  ];
  fs.writeFileSync(program, `${lines.join('\n')}\n`);
  const command = `python3 ${program}`;
  const userFile = configFile(`IdentityFile ${sshd.keyFile}`, `ProxyCommand ${command}`, 'ProxyUseFdpass yes');
  const changes = { proxy: { kind: 'command', command }, proxyUseFdpass: true } as const;
  const connection = await open('auto', changes, { userFile, allowCommand: async () => true });
  assert.equal(connection.facts.transport, 'openssh');
  await connection.close();
});

for (const isAllowed of [true, false]) {
  void test(`Kerberos ${isAllowed ? 'is left to the system’s ssh' : 'is not tried unless configured'}`, async () => {
    await serve('GSSAPIAuthentication yes');
    const preferredAuthentications = ['gssapi-with-mic', 'publickey'];
    const changes = { identityFiles: [], gssapiAuthentication: isAllowed, preferredAuthentications };
    const problem = await problemOf(open('auto', changes, { userFile: configFile('GSSAPIAuthentication yes') }));
    assert.equal(problem.code, 'authFailed');
    assert.equal(clients().includes('OpenSSH'), isAllowed);
  });
}

void test('after three wrong passwords, no other transport asks again', async () => {
  await serve('GSSAPIAuthentication yes', 'PasswordAuthentication yes');
  const prompts = script({ secret: () => 'wrong' });
  const preferredAuthentications = ['gssapi-with-mic', 'publickey', 'password'];
  const changes = { identityFiles: [], gssapiAuthentication: true, preferredAuthentications };
  assert.equal((await problemOf(open('auto', changes, { prompts }))).code, 'authFailed');
  assert.equal(prompts.secrets.length, 3);
  assert.deepEqual(clients(), ['ssh2js']);
});
