import type { ParityCase } from '../case.ts';

const judging = 'test/unit/detect/identify.test.ts';
const real = 'test/integration/detect/undisturbed.test.ts';

const held = (kind: string, name: string, file: string, test: string): ParityCase => ({
  kind,
  name,
  heldBy: { file, test },
});

/** B and C: `ssh` asks and names nothing, so tests hold these. */
export const detection: readonly ParityCase[] = [
  held('B', 'the login of a CLI tool takes any request for its redirect', real, 'is left to the browser'),
  held(
    'B',
    'a remote debugger ends after one client',
    real,
    'waits for its client, also when the port is forwarded by hand',
  ),
  held('B', 'an ssh -L of the remote', real, 'an ssh -L on the remote carries no question to another machine'),
  held(
    'B',
    'the ends of other tunnels',
    judging,
    'the end of a tunnel gets no request: it would reach another machine',
  ),
  held('B', 'other users’ servers', judging, 'but no debugger and nobody else’s program'),
  held(
    'B',
    'a click asks',
    real,
    'a program that was not asked is asked when the user forwards its port, or asks for it',
  ),
  held('C1', 'a server of ours that hides its process', judging, 'is a dev server, told by its user and its backlog'),
  held(
    'C2',
    'a port without a socket',
    'test/unit/view/path.test.ts',
    'a port without a socket works as the latest connection found it',
  ),
  held(
    'C3',
    'the second ports of a dev stack',
    judging,
    'a second port of a dev server counts as no page until its program is asked',
  ),
  held('C3', 'a server for WebSockets alone', judging, 'a server that answers WebSocket handshakes alone is no page'),
  held('C3', 'LiveReload', judging, 'LiveReload gets no request, and is no page'),
  held('C4', 'TLS that refuses us', judging, 'a server that refuses us after its TLS handshake keeps its scheme'),
  held('C5', 'titles', judging, 'the title is the page’s own, with character references, whatever surrounds it'),
  held('C5', 'charsets', judging, 'a page is read in the charset that its header, or else the page itself, names'),
];
