import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCommandText } from '../../../../src/core/spec/commandLine.ts';
import { parseForward } from '../../../../src/core/spec/grammar.ts';
import type { ForwardState, SeenPort } from '../../../../src/core/session/state.ts';
import { forwardCommand } from '../../../../src/core/session/forwards/forwardCommand.ts';
import { remotePort } from '../../../support/state.ts';
import { readTypedHost } from '../../../../src/core/config/typed.ts';

function forward(kind: 'local' | 'remote' | 'dynamic', text: string): ForwardState {
  return { id: '1', spec: parseForward(kind, text), origin: 'user', status: { kind: 'paused' } };
}

test('the ssh command of a forward is what a person would type', () => {
  assert.equal(
    forwardCommand({ name: 'devbox', remotePorts: [] }, [], forward('local', '8000:db:5432')),
    'ssh -N -L 8000:db:5432 devbox',
  );
  assert.equal(
    forwardCommand({ name: 'devbox', remotePorts: [] }, [], forward('remote', '0:localhost:22')),
    'ssh -N -R 0:localhost:22 devbox',
  );
});

test('a host that was typed with a port or in brackets is written as ssh takes it', () => {
  const web = forward('local', '80:h:1');
  assert.equal(forwardCommand({ name: 'me@box:2222', remotePorts: [] }, [], web), 'ssh -N -p 2222 -l me -L 80:h:1 box');
  assert.equal(
    forwardCommand({ name: 'ssh://a%40b@box:22', remotePorts: [] }, [], web),
    'ssh -N -p 22 -l a@b -L 80:h:1 box',
  );
  assert.equal(forwardCommand({ name: '[::1]:22', remotePorts: [] }, [], web), 'ssh -N -p 22 -L 80:h:1 ::1');
  assert.equal(forwardCommand({ name: 'me@::1', remotePorts: [] }, [], web), 'ssh -N -l me -L 80:h:1 ::1');
});

test('the ssh command has the actual local port, and the options of the host', () => {
  const traffic = { openConnections: 0, totalConnections: 0, bytesToRemote: 0, bytesFromRemote: 0 };
  const bound = [{ kind: 'tcp', address: '127.0.0.1', port: 5001 }] as const;
  const moved: ForwardState = {
    ...forward('local', '5000:localhost:5000'),
    status: { kind: 'open', bound, traffic },
  };
  const command = forwardCommand({ name: 'me@box:2222', remotePorts: [] }, ['ProxyJump=jump'], moved);
  assert.match(command, /-L 5001:localhost:5000/u);
  assert.ok(isCommandText(command));
  const choice = {
    name: 'me@box:2222',
    options: ['ProxyJump=jump'],
    forwards: [parseForward('local', '5001:localhost:5000')],
  };
  assert.deepEqual(readTypedHost(command), { kind: 'command', choice });
});

test('the ssh command of a container’s port has the address that the container has now', () => {
  const container = { name: 'web', runtime: 'docker', id: '0123456789ab', addresses: ['172.18.0.7'] } as const;
  const seen: SeenPort = { ...remotePort(5173, { container }), seenAt: 0, wasThere: false };
  const web = { ...forward('local', '8000:web:5173'), remotePort: 'web:5173' } as const;
  const command = (remotePorts: readonly SeenPort[]): string =>
    forwardCommand({ name: 'devbox', remotePorts }, [], web);
  assert.equal(command([seen]), 'ssh -N -L 8000:172.18.0.7:5173 devbox');
  const published: SeenPort = {
    ...remotePort(9000, { published: { container: 'web', port: 5173 } }),
    seenAt: 0,
    wasThere: true,
  };
  assert.equal(command([published]), 'ssh -N -L 8000:localhost:9000 devbox');
  assert.equal(command([]), 'ssh -N -L 8000:web:5173 devbox');
});
