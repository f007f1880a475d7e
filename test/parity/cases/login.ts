import type { KeyKind, ParityCase } from '../case.ts';

const oddKey = (kind: KeyKind): ParityCase => ({
  kind: 'A4',
  name: `a key file without .pub before the good one: ${kind}`,
  keys: [kind],
  config: [`IdentityFile {folder}/${kind}`],
});

/** A4, A6 to A8: keys, last words, agents, masters, askpass. */
export const login: readonly ParityCase[] = [
  ...(['dsa', 'rsa-pss', 'p-224', 'secp256k1', 'ed448'] as const).map(oddKey),
  {
    kind: 'A6',
    name: 'a server that has seen enough attempts says so',
    server: { kind: 'sshd', config: ['MaxAuthTries 1'] },
    keys: ['ed25519'],
    config: ['IdentityFile {folder}/ed25519'],
    says: 'Too many authentication failures',
  },
  {
    kind: 'A6',
    name: 'a server that ends the login with a text',
    server: { kind: 'scripted', login: { kind: 'disconnect', text: 'Account locked until Monday' } },
    says: 'Account locked until Monday',
  },
  {
    kind: 'A6',
    name: 'a banner before a refused login',
    server: { kind: 'sshd', config: ['Banner {folder}/id.pub', 'AuthorizedKeysFile none'] },
    says: 'ssh-ed25519 AAAA',
  },
  {
    kind: 'A6',
    name: 'a jump host that refuses the login',
    server: { kind: 'sshd', config: ['AuthorizedKeysFile none'] },
    config: ['ProxyJump none'],
    args: ['-J', 'jump', '-o', 'HostName 127.0.0.2'],
    says: 'Permission denied (publickey',
  },
  {
    kind: 'A7',
    name: 'an agent full of DSA keys, which nobody accepts, before the good key file',
    server: { kind: 'sshd', config: ['MaxAuthTries 2'] },
    agent: ['dsa', 'dsa', 'dsa'],
    config: ['IdentitiesOnly no'],
  },
  {
    kind: 'A7',
    name: 'an agent that can sign SHA-1 only',
    heldBy: {
      file: 'test/integration/ssh/auth/agent.test.ts',
      test: 'an agent that signs with SHA-1 whatever it is asked logs in where the configuration allows it, as with ssh',
    },
  },
  {
    kind: 'A8',
    name: 'a live master of ssh, where another login would fail',
    server: { kind: 'sshd', hasMaster: true },
    config: ['ControlPath {folder}/master'],
  },
  {
    kind: 'A8',
    name: 'a ControlPath that nobody listens at',
    config: ['ControlPath {folder}/nobody'],
  },
  {
    kind: 'A8',
    name: 'SSH_ASKPASS_REQUIRE=force: the program gives the password',
    server: { kind: 'scripted', login: { kind: 'password', password: 'from askpass' } },
    env: { SSH_ASKPASS: '{askpass}', SSH_ASKPASS_REQUIRE: 'force' },
  },
  {
    kind: 'A8',
    name: 'no terminal and DISPLAY: SSH_ASKPASS gives the password',
    server: { kind: 'scripted', login: { kind: 'password', password: 'from askpass' } },
    env: { SSH_ASKPASS: '{askpass}', DISPLAY: ':0' },
  },
  {
    kind: 'A8',
    name: 'a DSA key of the user, allowed by both sides',
    server: {
      kind: 'sshd',
      config: ['PubkeyAcceptedAlgorithms +ssh-dss', 'AuthorizedKeysFile {folder}/dsa.authorized'],
    },
    keys: ['dsa'],
    config: ['IdentityFile {folder}/dsa', 'PubkeyAcceptedAlgorithms +ssh-dss'],
  },
  {
    kind: 'A8',
    name: 'an alias with slashes',
    configFile: '11.ssh_config',
    host: 'aws/team/1',
    action: { kind: 'local' },
  },
  {
    kind: 'A8',
    name: 'an alias with slashes, when our program watches the host',
    configFile: '11.ssh_config',
    host: 'aws/team/1',
    action: { kind: 'login' },
  },
  {
    kind: 'A8',
    name: 'a host that only Match names is listed',
    heldBy: {
      file: 'test/integration/config/hosts.test.ts',
      test: 'hosts that only Match host or Match originalhost names are listed, and resolve as with ssh',
    },
  },
];
