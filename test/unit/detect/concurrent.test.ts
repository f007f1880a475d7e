import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isConcurrent } from '../../../src/core/detect/identify/concurrent.ts';
import type { Program } from '../../../src/core/detect/identify/program.ts';
import type { PortProcess } from '../../../src/core/detect/remotePort.ts';
import { remotePort } from '../../support/state.ts';

const vite: Program = {
  framework: 'vite',
  name: 'Vite',
  icon: 'zap',
  role: 'devServer',
  evidence: 'answer',
  scheme: 'http',
};

function started(...commandLine: readonly string[]): { readonly process: PortProcess } {
  return { process: { pid: 7, name: 'server', commandLine } };
}

test('a server that has answered over HTTP and runs on Node.js may get idle connections', () => {
  assert.ok(isConcurrent(remotePort(5173, started('node', '/app/node_modules/.bin/vite')), vite));
  assert.ok(isConcurrent(remotePort(3000, started('/usr/local/bin/node', 'server.js')), vite));
  assert.ok(isConcurrent(remotePort(3000, started('next-server (v15.1.0)')), vite));
});

test('a server that may handle one client at a time gets no idle connection, whatever its page is', () => {
  const python = started('python3', '-m', 'http.server', '5173');
  assert.ok(!isConcurrent(remotePort(5173, python), vite));
  assert.ok(!isConcurrent(remotePort(5173, started('php', '-S', '0.0.0.0:5173')), vite));
  assert.ok(!isConcurrent(remotePort(5173, started('flask', 'run', '--app', 'node')), vite));
});

test('a program that was not asked, or did not answer over HTTP, gets no idle connection', () => {
  const { scheme: _http, ...silent } = vite;
  assert.ok(!isConcurrent(remotePort(5173), undefined));
  assert.ok(!isConcurrent(remotePort(5173), silent));
  assert.ok(!isConcurrent(remotePort(5173), { ...vite, evidence: 'commandLine' }));
});

test("another user's program gets no idle connection", () => {
  assert.ok(!isConcurrent(remotePort(5173, { owner: 'other' }), vite));
});
