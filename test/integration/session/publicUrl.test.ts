import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import type { Connection } from 'ssh2';
import { parseForward } from '../../../src/core/spec/grammar.ts';
import { typedRequest } from '../../../src/core/session/forwards/forwardRequests.ts';
import { freePort } from '../../support/freePort.ts';
import { startServer } from '../../support/scriptedServer.ts';
import { startSessions } from '../../support/sessions.ts';
import { until } from '../../support/until.ts';
import { treeRows } from '../../../src/view/rows.ts';

/** A service of the kind `ssh -R 80:localhost:3000 some.service`: no commands, and a shell that only talks. */
function service(client: Connection): void {
  client.on('request', (accept, _reject, name) => name === 'tcpip-forward' && accept?.());
  client.on('session', (accept) => {
    accept()
      .on('exec', (_accept, reject) => reject())
      .on('shell', (acceptShell) => acceptShell().write('Welcome!\r\nYour page: https://quiet-owl.example.net\r\n'));
  });
}

test(
  'the address that a service prints for a remote forward is shown as its address',
  { timeout: 60_000 },
  async (t) => {
    const server = await startServer((context) => context.accept(), {}, service);
    t.after(() => server.close());
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'service-'));
    t.after(() => fs.rmSync(folder, { recursive: true }));
    const config = path.join(folder, 'config');
    fs.writeFileSync(
      config,
      `Host service\n  HostName 127.0.0.1\n  Port ${server.port}\n  UserKnownHostsFile ${server.knownHostsFile}\n`,
    );
    const app = await startSessions(config);
    t.after(() => app.sessions.close());
    const local = await freePort();
    const spec = parseForward('remote', `80:localhost:${local}`);
    await app.sessions.forward('service', typedRequest(spec), never);
    await until('the public address', () => app.host('service').publicUrl);
    const row = treeRows(app.sessions.state.get())[0]?.children[0];
    assert.equal(row?.description, `https://quiet-owl.example.net · localhost:${local} on this machine`);
    assert.equal(row.click, 'open');
  },
);
