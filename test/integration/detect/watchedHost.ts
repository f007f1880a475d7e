import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { never } from '../../../src/base/delay.ts';
import { startSessions, type TestSessions } from '../../support/sessions.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

/** The host `devbox`, connected, with its ports listed once. */
export interface WatchedHost {
  readonly sshd: Sshd;
  readonly app: TestSessions;
  /** The folder for programs that a test starts on the host. Other users may read it. */
  readonly folder: string;
  stop(): Promise<void>;
}

export async function watchHost(): Promise<WatchedHost> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'project-'));
  fs.chmodSync(folder, 0o755);
  const sshd = await startSshd();
  const app = await startSessions(sshd.configFile);
  await app.sessions.connect('devbox', never);
  await until('the first listing', () => app.host().detection.kind === 'watching');
  return {
    sshd,
    app,
    folder,
    stop: async () => {
      await app.sessions.close();
      await sshd.stop();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}
