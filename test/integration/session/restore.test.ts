import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { shortMemory } from '../../../src/core/session/memory/memory.ts';
import type { SessionsOptions } from '../../../src/core/session/sessionsOptions.ts';
import { startSessions, type TestSessions } from '../../support/sessions.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

void describe('a reloaded window', { timeout: 120_000 }, () => {
  let sshd: Sshd;
  let app: TestSessions;
  let memories: Pick<SessionsOptions, 'memory' | 'windowMemory'>;
  const open = async (options: Partial<SessionsOptions> = {}): Promise<void> => {
    app = await startSessions(sshd.configFile, { autoForward: 'off' }, { ...memories, ...options });
  };

  before(async () => {
    sshd = await startSshd();
    // The same server through a ProxyCommand, which the user has to allow.
    const config = fs.readFileSync(sshd.configFile, 'utf8');
    fs.appendFileSync(sshd.configFile, `${config.replace('Host devbox', 'Host proxied')}  ProxyCommand nc %h %p\n`);
  });
  after(() => sshd.stop());
  beforeEach(() => {
    memories = { memory: shortMemory(), windowMemory: shortMemory() };
  });
  afterEach(() => app.sessions.close());

  test('asks its questions only after the other hosts are back, and only if a person waits', async () => {
    await open({ allowCommand: async () => true });
    await app.sessions.connect('proxied', never);
    await app.sessions.connect('devbox', never);
    await app.sessions.close();

    const asked: string[] = [];
    const allowCommand: SessionsOptions['allowCommand'] = async (_, attended) => {
      if (attended === 'background') return false;
      asked.push(app.host().link.kind);
      return true;
    };
    await open({ allowCommand });
    await app.sessions.restore('left', 'background', never);
    assert.equal(app.host().link.kind, 'online');
    const { link } = app.host('proxied');
    assert.equal(link.kind === 'failed' && link.why.code, 'commandNotAllowed');
    assert.deepEqual(asked, []);
    await app.sessions.close();

    await open({ allowCommand });
    await app.sessions.restore('left', 'attended', never);
    assert.equal(app.host('proxied').link.kind, 'online');
    assert.deepEqual(asked, ['online']);
  });

  test('does not connect to hosts that the user disconnected or declined', async () => {
    await open({ allowCommand: async () => true });
    await app.sessions.connect('proxied', never);
    await app.sessions.connect('devbox', never);
    await app.sessions.disconnect('devbox');
    await app.sessions.close();
    await open();
    assert.deepEqual(app.sessions.left(), ['proxied']);
    await app.sessions.forgetLeft();
    await app.sessions.close();
    await open();
    assert.deepEqual(app.sessions.left(), []);
  });

  test('uses the options of the command that was pasted for a host', async () => {
    await open();
    app.sessions.useOptions('devbox', ['ServerAliveInterval=7']);
    await app.sessions.connect('devbox', never);
    await app.sessions.close();
    await open();
    await app.sessions.restore('left', 'background', never);
    assert.deepEqual(app.sessions.optionsOf('devbox'), ['ServerAliveInterval=7']);
  });

  test('keeps forwarding off if it was off', async () => {
    await open();
    await app.sessions.connect('devbox', never);
    await app.sessions.setForwarding(false);
    await app.sessions.close();
    await open();
    assert.equal(app.sessions.state.get().isForwarding, false);
  });

  test('retries while the server is away', async () => {
    await open();
    await app.sessions.connect('devbox', never);
    await app.sessions.close();
    await sshd.kill();
    await open();
    await app.sessions.restore('left', 'background', never);
    assert.equal(app.host().link.kind, 'waiting');
    await sshd.restart();
    await until('the host', () => app.host().link.kind === 'online');
  });
});
