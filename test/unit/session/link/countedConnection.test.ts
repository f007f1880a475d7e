import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import test from 'node:test';
import { never, within } from '../../../../src/base/delay.ts';
import { CountedConnection, nameOf } from '../../../../src/core/session/link/countedConnection.ts';
import type { Endpoint } from '../../../../src/core/spec/spec.ts';
import { connection } from '../../../support/connection.ts';

const at = (host: string): Endpoint => ({ kind: 'tcp', host, port: 80 });

void test('only a name has to be resolved by the server', () => {
  assert.equal(nameOf(at('db.internal')), 'db.internal');
  for (const host of ['localhost', '127.0.0.1', '::1', '192.0.2.7']) assert.equal(nameOf(at(host)), undefined, host);
  assert.equal(nameOf({ kind: 'unix', path: '/run/x' }), undefined);
});

void test('a retired connection is idle when its last stream has closed', async () => {
  const counted = new CountedConnection(connection());
  const stream = await counted.dial(at('127.0.0.1'), never);
  counted.retire();
  assert.equal(await within(20, counted.idle()), false);
  stream.destroy();
  await counted.idle();
});

void test('a retired connection is idle only when its last relay by a command has closed', async () => {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const exec = async () => ({
    stdin,
    stdout,
    stderr,
    exit: new Promise<never>(() => undefined),
    close: () => undefined,
  });
  const counted = new CountedConnection({ ...connection(), exec });
  stdout.write('R');
  const stream = await counted.relayBy({ command: 'docker exec', container: 'web' }, never);
  counted.retire();
  assert.equal(await within(20, counted.idle()), false);
  stream.destroy();
  await counted.idle();
});

void test('retiring moves what waits for an answer, except a dial to a name', async () => {
  const late = new PassThrough();
  let answer: (stream: PassThrough) => void = () => undefined;
  const answers = new Promise<PassThrough>((resolve) => (answer = resolve));
  const silent = new Promise<never>(() => undefined);
  const counted = new CountedConnection({
    ...connection(),
    dial: (to) => (nameOf(to) === undefined ? silent : answers),
  });
  const moved = counted.dial(at('127.0.0.1'), never);
  const named = counted.dial(at('db.internal'), never);
  assert.deepEqual(counted.pendingNames, ['db.internal']);
  counted.retire();
  await assert.rejects(moved, { problem: { code: 'linkLost' } });
  const idle = counted.idle();
  answer(late);
  assert.equal(await named, late);
  assert.equal(await within(20, idle), false, 'the stream that came is open');
  late.destroy();
  await idle;
});

void test('a stream that comes after its dial has moved is closed', async () => {
  const late = new PassThrough();
  let answer: (stream: PassThrough) => void = () => undefined;
  const answers = new Promise<PassThrough>((resolve) => (answer = resolve));
  const counted = new CountedConnection({ ...connection(), dial: () => answers });
  const moved = counted.dial(at('::1'), never);
  counted.retire();
  await assert.rejects(moved, { problem: { code: 'linkLost' } });
  answer(late);
  await new Promise((resolve) => late.once('close', resolve));
});
