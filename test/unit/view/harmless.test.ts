import assert from 'node:assert/strict';
import { test } from 'node:test';
import { harmless } from '../../../src/view/harmless.ts';
import { flaskPort, forwardState, onlineHost } from '../../support/state.ts';

test('facts that are harmless already stay the same object', () => {
  const host = onlineHost({ remotePorts: [flaskPort()], forwards: [forwardState(5000)] });
  assert.equal(harmless(host), host);
});

test('a harmful fact is replaced, the facts beside it stay, and the same facts give the same object', () => {
  const good = flaskPort();
  const host = onlineHost({ remotePorts: [good, flaskPort(5001, { addresses: ['a\nb'] })] });
  const made = harmless(host);
  assert.equal(made.remotePorts[0], good);
  assert.deepEqual(made.remotePorts[1]?.addresses, ['a b']);
  assert.equal(harmless(host), made);
});
