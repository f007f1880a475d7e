import assert from 'node:assert/strict';
import test from 'node:test';
import { problemFixes } from '../../../src/view/problemFixes.ts';

test('a host that refuses is tried again, or its configuration is opened', () => {
  const fixes = problemFixes({ code: 'connectionRefused', host: 'devbox', address: '127.0.0.1', port: 1 });
  assert.deepEqual(fixes, [
    { kind: 'tryAgain', label: 'Try Again' },
    { kind: 'open', label: 'Open Configuration', target: { kind: 'host', host: 'devbox' } },
  ]);
});

test('a changed host key cannot be tried again: its command is copied, or its line is opened', () => {
  const fixes = problemFixes({
    code: 'hostKeyChanged',
    host: 'devbox',
    keyType: 'ssh-ed25519',
    fingerprint: 'SHA256:x',
    file: '/home/me/.ssh/known_hosts',
    line: 3,
    lookup: '[box]:2222',
  });
  assert.deepEqual(fixes, [
    { kind: 'copy', label: 'Copy Command', text: 'ssh-keygen -f "/home/me/.ssh/known_hosts" -R "[box]:2222"' },
    { kind: 'open', label: 'Open known_hosts', target: { kind: 'place', file: '/home/me/.ssh/known_hosts', line: 3 } },
  ]);
});

test('a bug has no fix of its own', () => {
  assert.deepEqual(problemFixes({ code: 'unexpected', detail: 'x' }), []);
});
