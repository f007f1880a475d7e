import assert from 'node:assert/strict';
import test from 'node:test';
import { remoteMachine, remoteWindowText } from '../../../src/view/remoteWindow.ts';

const hex = (host: object): string => Buffer.from(JSON.stringify(host)).toString('hex');

test('a Remote-SSH window is on the host that its folders name', () => {
  assert.deepEqual(remoteMachine('ssh-remote', ['ssh-remote+devbox']), { name: 'devbox', host: 'devbox' });
  assert.deepEqual(remoteMachine('ssh-remote', ['ssh-remote+me%40box']), { name: 'me@box', host: 'me@box' });
  const unusual = hex({ hostName: 'Box', user: 'me', port: 2222 });
  assert.equal(remoteMachine('ssh-remote', [`ssh-remote+${unusual}`])?.host, 'me@Box:2222');
  assert.equal(remoteMachine('ssh-remote', ['ssh-remote+cafe'])?.host, 'cafe');
  assert.deepEqual(remoteMachine('ssh-remote', []), { name: 'the SSH host' });
});

test('WSL, containers and codespaces are machines of VS Code, but no SSH hosts', () => {
  assert.deepEqual(remoteMachine('wsl', ['wsl+Ubuntu']), { name: 'WSL' });
  assert.equal(remoteMachine('codespaces', [])?.host, undefined);
  assert.match(remoteWindowText({ name: 'WSL' }), /ports of WSL itself/u);
});

test('a local window and an editor in the browser are on no such machine', () => {
  assert.equal(remoteMachine(undefined, ['']), undefined);
  assert.equal(remoteMachine('localhost:8080', ['localhost:8080']), undefined);
});
