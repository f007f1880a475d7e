import type { ParityCase } from '../case.ts';

const proxied = ['ProxyCommand nc 127.0.0.1 {port}'];
const longFolder = (length: number): string => `{folder}/${'t'.repeat(length - '/tmp/parity-XXXXXX/'.length)}`;

const oneLine = 'our one line names file, line and mistake; ssh says that in the line before its last';

const bindAddress = (address: string): ParityCase => ({
  kind: 'A5',
  name: `BindAddress ${address}`,
  config: [`BindAddress ${address}`],
});
const badBindAddress = (address: string): ParityCase => ({ ...bindAddress(address), says: address });
const temporaryFolder = (name: string, folder: string): ParityCase => ({
  kind: 'A5',
  name: `a ProxyCommand, and TMPDIR ${name}`,
  config: proxied,
  env: { TMPDIR: folder },
});

const refused = (line: string, why: string): ParityCase => ({
  kind: 'A5',
  name: line,
  config: [line],
  ours: `exit 255: FOLDER/config: line 2: ${why}`,
  because: oneLine,
});

/** A5 and parts of A8: values of the user's that reach the system. */
export const values: readonly ParityCase[] = [
  { kind: 'A5', name: 'BindAddress localhost, in a file', configFile: '09.ssh_config', host: 'box' },
  ...['localhost', '127.1', '{hostname}', '127.0.0.9'].map(bindAddress),
  ...['::1', '192.0.2.1', 'no-such-name.invalid', '300.1.1.1'].map(badBindAddress),
  temporaryFolder('is gone', '/nowhere/at/all'),
  temporaryFolder('is a file', '/etc/passwd'),
  ...[80, 97, 104, 250].map((length) => temporaryFolder(`has ${length} characters`, longFolder(length))),
  { ...temporaryFolder('runs no programs', '{folder}/noexec'), mounts: 'noexecTmpdir' },
  {
    kind: 'A5',
    name: 'a password from SSH_ASKPASS where only the system’s ssh can connect, and TMPDIR runs no programs',
    server: { kind: 'scripted', login: { kind: 'password', password: 'from askpass' } },
    config: ['VerifyHostKeyDNS yes'],
    env: { TMPDIR: '{folder}/noexec', SSH_ASKPASS: '{askpass}', SSH_ASKPASS_REQUIRE: 'force' },
    mounts: 'noexecTmpdir',
  },
  refused('Port 0', 'bad port 0'),
  refused('Port 70000', 'bad port 70000'),
  refused('NoSuchKeyword yes', 'unknown keyword nosuchkeyword'),
  refused('ConnectTimeout 99999999999', 'bad time 99999999999'),
  {
    kind: 'A5',
    name: 'ServerAliveInterval that no timer can hold',
    config: ['ServerAliveInterval 2147483647'],
    action: { kind: 'local', afterSeconds: 2 },
  },
  { kind: 'A5', name: 'ConnectTimeout that no timer can hold', config: ['ConnectTimeout 2147483647'] },
  { kind: 'A5', name: 'a HostName that is no name', config: ['HostName -bad-'] },
  { kind: 'A5', name: 'an IdentityFile that is a folder', config: ['IdentityFile {folder}'] },
  { kind: 'A5', name: 'an IdentityAgent that is a file', config: ['IdentityAgent {folder}/id', 'IdentitiesOnly no'] },
  { kind: 'A5', name: 'an IdentityAgent with 200 characters', config: [`IdentityAgent /${'a'.repeat(200)}`] },
  { kind: 'A5', name: 'UserKnownHostsFile is a folder', config: ['UserKnownHostsFile {folder}'] },
  {
    kind: 'A5',
    name: 'a Unix socket with 200 characters to listen at',
    args: ['-L', `/tmp/${'a'.repeat(200)}:localhost:1`],
    says: 'forwarding specification',
  },
  {
    kind: 'A8',
    name: 'a value in Latin-1',
    config: ['User J\u{fc}rgen', 'IdentityFile /k/\u{e9}'],
    action: { kind: 'print', keywords: ['user', 'identityfile'] },
    pending: 'configuration is read as UTF-8, and other bytes are lost',
  },
  {
    kind: 'A8',
    name: 'a numeric zone of an IPv6 address',
    config: ['HostName ::1%%1', 'HostKeyAlias box'],
    knownHosts: ['box {hostKey}'],
    server: { kind: 'sshd', config: ['ListenAddress ::1'] },
  },
  {
    kind: 'A8',
    name: 'a host that only Match names: it is home',
    configFile: '19.ssh_config',
    host: 'home',
    action: { kind: 'print', keywords: ['hostname'] },
  },
  {
    kind: 'A8',
    name: 'a host that only Match names: lab1',
    configFile: '19.ssh_config',
    host: 'lab1',
    action: { kind: 'print', keywords: ['hostname'] },
  },
];
