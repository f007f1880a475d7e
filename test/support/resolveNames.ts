// Runs in a network whose name server is 127.0.0.1:53. Prints for each case on stdin how ssh -G and our code resolve the host.
import { json } from 'node:stream/consumers';
import { resolveConfig } from '../../src/core/config/resolve.ts';
import { printConfig } from '../../src/core/config/effective/print.ts';
import { serveNames, type Zone } from './nameServer.ts';
import { byKeyword, sshG } from './systemSsh.ts';

export interface NamesJob {
  readonly zone: Zone;
  readonly cases: readonly { readonly file: string; readonly host: string }[];
}

/** HostName and Port; undefined where resolving failed. */
export interface NamesAnswer {
  readonly ssh: string | undefined;
  readonly ours: string | undefined;
}

const { zone, cases } = (await json(process.stdin)) as NamesJob;
const close = await serveNames(zone);
const signal = AbortSignal.timeout(60_000);
const answers: NamesAnswer[] = [];
for (const { file, host } of cases) {
  const ssh = await sshG(['-F', file, host], process.env);
  const ours = await resolveConfig(host, { userFile: file, allowCommand: () => true }, signal).then(
    printConfig,
    () => undefined,
  );
  answers.push({ ssh: ssh && target(ssh), ours: ours && target(ours) });
}
process.stdout.write(JSON.stringify(answers));
close();

function target(text: string): string {
  const values = byKeyword(text);
  return `${values.get('hostname')?.[0] ?? ''}:${values.get('port')?.[0] ?? ''}`;
}
