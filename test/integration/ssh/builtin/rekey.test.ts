import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { buffer, text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import type { Connection } from '../../../../src/core/ssh/connection.ts';
import { sshdConfig } from '../../../support/hostConfig.ts';
import { connectTo } from '../../../support/ssh.ts';
import { type Sshd, startSshd } from '../../../support/sshd.ts';
import { until } from '../../../support/until.ts';

const signal = (): AbortSignal => AbortSignal.timeout(30_000);
const MIB = 1024 * 1024;
let sshd: Sshd;
before(async () => {
  // The server's own limit is so high that every rekey is ours.
  sshd = await startSshd({ config: ['LogLevel DEBUG1', 'RekeyLimit 64G'] });
});
after(() => sshd.stop());

const rekeys = (): number => sshd.log().split('rekey out after').length - 1;

/** The number of rekeys when the session began. sshd counts the first key exchange, too. */
async function begin(connection: Connection): Promise<number> {
  await text((await connection.exec('true', signal())).stdout);
  return rekeys();
}

void test('RekeyLimit by received bytes: the keys change and every byte arrives', async () => {
  const connection = await connectTo(sshdConfig(sshd, { rekeyLimitBytes: MIB }));
  const earlier = await begin(connection);
  const channel = await connection.exec('head -c 8388608 /dev/zero', signal());
  assert.ok((await buffer(channel.stdout)).equals(Buffer.alloc(8 * MIB)));
  assert.ok(rekeys() > earlier);
  await connection.close();
});

void test('RekeyLimit by sent bytes: the keys change and every byte arrives', async () => {
  const connection = await connectTo(sshdConfig(sshd, { rekeyLimitBytes: MIB }));
  const earlier = await begin(connection);
  const bytes = randomBytes(8 * MIB);
  const channel = await connection.exec('sha256sum', signal());
  channel.stdin.end(bytes);
  assert.equal((await text(channel.stdout)).split(' ')[0], createHash('sha256').update(bytes).digest('hex'));
  assert.ok(rekeys() > earlier);
  await connection.close();
});

void test('RekeyLimit by time: an idle connection is rekeyed too', async () => {
  const connection = await connectTo(sshdConfig(sshd, { rekeyIntervalMs: 100 }));
  const earlier = await begin(connection);
  await until('three rekeys', () => rekeys() >= earlier + 3);
  const channel = await connection.exec('echo alive', signal());
  assert.equal(await text(channel.stdout), 'alive\n');
  await connection.close();
});

void test('a RekeyLimit smaller than a packet loses no byte', async () => {
  const connection = await connectTo(sshdConfig(sshd, { rekeyLimitBytes: 16 }));
  const channel = await connection.exec('cat', signal());
  const bytes = randomBytes(MIB);
  channel.stdin.end(bytes);
  assert.ok((await buffer(channel.stdout)).equals(bytes));
  await connection.close();
});

void test('without RekeyLimit nothing is rekeyed', async () => {
  const connection = await connectTo(sshdConfig(sshd));
  const earlier = await begin(connection);
  const channel = await connection.exec('head -c 8388608 /dev/zero', signal());
  await buffer(channel.stdout);
  assert.equal(rekeys(), earlier);
  await connection.close();
});
