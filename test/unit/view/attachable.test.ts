import assert from 'node:assert/strict';
import test from 'node:test';
import type { SeenPort } from '../../../src/core/session/state.ts';
import { attachConfiguration, debuggerAt } from '../../../src/view/attachable.ts';
import { seenPort } from '../../support/state.ts';

const running = (port: number, ...commandLine: readonly string[]): SeenPort =>
  seenPort(port, { process: { pid: 1, name: 'x', workingDirectory: '/srv/app', commandLine } });
const debugpy = seenPort(5678, {
  program: { framework: 'debugpy', name: 'debugpy', icon: 'debug', role: 'debugger' },
  process: { pid: 1, name: 'python3', workingDirectory: '/srv/app' },
});

test('the inspector of Node.js is known by its flag and port, and debugpy by its answer', () => {
  assert.equal(debuggerAt(running(9229, 'node', '--inspect', 'app.js')), 'node');
  assert.equal(debuggerAt(running(9300, 'node', '--inspect-brk=0.0.0.0:9300', 'app.js')), 'node');
  assert.equal(debuggerAt(running(9301, 'node', '--inspect=9301', 'app.js')), 'node');
  assert.equal(debuggerAt(running(3000, 'node', '--inspect', 'app.js')), undefined);
  assert.equal(debuggerAt(running(9229, 'node', '--inspector-like', 'app.js')), undefined);
  assert.equal(debuggerAt(debugpy), 'debugpy');
  assert.equal(debuggerAt(undefined), undefined);
});

test('the folder that is open stands for the folder of the remote program', () => {
  assert.deepEqual(attachConfiguration('devbox', running(9229, 'node', '--inspect', 'app.js'), 9230, '/home/me/app'), {
    type: 'node',
    request: 'attach',
    name: 'devbox:9229',
    address: 'localhost',
    port: 9230,
    localRoot: '/home/me/app',
    remoteRoot: '/srv/app',
  });
  assert.deepEqual(attachConfiguration('devbox', debugpy, 5678, '/home/me/app'), {
    type: 'debugpy',
    request: 'attach',
    name: 'devbox:5678',
    connect: { host: 'localhost', port: 5678 },
    pathMappings: [{ localRoot: '/home/me/app', remoteRoot: '/srv/app' }],
  });
});

test('without an open folder the debugger finds the sources by itself', () => {
  const configuration = attachConfiguration('devbox', debugpy, 5678, undefined);
  assert.deepEqual(configuration, {
    type: 'debugpy',
    request: 'attach',
    name: 'devbox:5678',
    connect: { host: 'localhost', port: 5678 },
  });
});
