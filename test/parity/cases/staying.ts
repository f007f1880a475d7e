import type { ParityCase } from '../case.ts';

const visit = 'Visit https://login.example.test/device';

/** A1, A2: who waits for what, and for how long. */
export const staying: readonly ParityCase[] = [
  {
    kind: 'A1',
    name: 'a download beside a SOCKS request to a name that the resolver of the remote never finds',
    server: { kind: 'sshd', isResolverSilent: true },
    action: { kind: 'slowName', through: 'socks' },
  },
  {
    kind: 'A1',
    name: 'a download beside a local forward to a name that the resolver of the remote never finds',
    server: { kind: 'sshd', isResolverSilent: true },
    action: { kind: 'slowName', through: 'local' },
  },
  {
    kind: 'A1',
    name: 'the same in the editor: the download goes on, and costs one more login at the most',
    heldBy: {
      file: 'test/integration/chaos/slowNames.test.ts',
      test: 'does not disturb a download, as with ssh, and costs at most one more login',
    },
  },
  {
    kind: 'A1',
    name: 'eight seconds without a packet',
    heldBy: { file: 'test/integration/chaos/server.test.ts', test: 'a server that freezes for 8 s loses nothing' },
  },
  {
    kind: 'A2',
    name: 'a login that waits 62 s for a person, as a push to a phone does',
    server: { kind: 'scripted', login: { kind: 'accept', afterSeconds: 62 } },
    isSlow: true,
  },
  {
    kind: 'A2',
    name: 'the same with ConnectTimeout 0',
    server: { kind: 'scripted', login: { kind: 'accept', afterSeconds: 62 } },
    config: ['ConnectTimeout 0'],
    isSlow: true,
  },
  {
    kind: 'A2',
    name: 'a ProxyCommand that names a page to visit, and waits 62 s until the person was there',
    config: [`ProxyCommand sh -c "echo ${visit} >&2; sleep 62; exec nc 127.0.0.1 {port}"`],
    says: visit,
    isSlow: true,
  },
  {
    kind: 'A2',
    name: 'a ProxyCommand that says something, and connects a second later',
    config: [`ProxyCommand sh -c "echo ${visit} >&2; sleep 1; exec nc 127.0.0.1 {port}"`],
    says: visit,
  },
  {
    kind: 'A2',
    name: 'a server that accepts and says nothing, with ConnectTimeout 2',
    server: { kind: 'mute' },
    config: ['ConnectTimeout 2'],
    ours: 'exit 255: Connection to devbox timed out (handshake).',
    because: 'we say what had been reached when the time was over',
  },
  {
    kind: 'A2',
    name: 'a server that sends lines without end before its version, with ConnectTimeout 2',
    server: { kind: 'chatty' },
    config: ['ConnectTimeout 2'],
    ours: 'exit 255: Connection to devbox timed out (handshake).',
    because: 'we say what had been reached when the time was over',
  },
  {
    kind: 'A2',
    name: 'a ProxyCommand that takes 6 s, with ConnectTimeout 2',
    config: [`ProxyCommand sh -c "sleep 6; exec nc 127.0.0.1 {port}"`, 'ConnectTimeout 2'],
    ours: 'exit 255: Connection to devbox timed out (handshake).',
    because: 'we say what had been reached when the time was over',
  },
  { kind: 'A2', name: 'nothing listens', server: { kind: 'closed' } },
  {
    kind: 'A2',
    name: 'nothing listens behind the ProxyCommand, which says why',
    server: { kind: 'closed' },
    config: [`ProxyCommand sh -c "echo the gateway is closed >&2; exit 3"`],
    says: 'the gateway is closed',
  },
];
