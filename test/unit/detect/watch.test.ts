import assert from 'node:assert/strict';
import { test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { UserError } from '../../../src/base/userError.ts';
import type { Exec, ExecProblem } from '../../../src/core/detect/exec.ts';
import type { Detection, RemotePort } from '../../../src/core/detect/remotePort.ts';
import { pollMs } from '../../../src/core/detect/pace.ts';
import { watchPorts, type WatchOptions } from '../../../src/core/detect/watch.ts';
import { until } from '../../support/until.ts';
import { fakeChannel, fakeUnix } from './fakeRemote.ts';

/** A watch with a fake clock: a pause lasts until a call of `next`, or until the watch wakes. */
function watching(exec: Exec, more: Partial<WatchOptions> = {}) {
  const reports: { ports: readonly RemotePort[]; detection: Detection }[] = [];
  const pauses: number[] = [];
  let release: () => void = () => undefined;
  let nowMs = 0;
  const watch = watchPorts({
    exec,
    onPorts: (ports, detection) => reports.push({ ports, detection }),
    now: () => nowMs,
    delay: (ms, signal) => {
      pauses.push(ms);
      return new Promise((resolve, reject) => {
        release = resolve;
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      });
    },
    ...more,
  });
  return {
    watch,
    reports,
    pauses,
    last: () => reports.at(-1),
    detection: () => reports.at(-1)?.detection,
    /** Ends the pause and advances the clock by `ms`. */
    next: (ms: number) => {
      nowMs += ms;
      release();
    },
    paused: (times: number) => until(`pause ${times}`, () => pauses.length >= times),
  };
}

const row = (port: number, inode: number, uid = 1000): string =>
  `0 5 127.0.0.1:${port} 0.0.0.0:* uid:${uid} ino:${inode} sk:1\n`;

function unix(answers: Readonly<Record<string, string | undefined>>, asked: string[] = []): Exec {
  return fakeUnix((question) => {
    asked.push(question);
    return answers[question];
  });
}

void test('a remote port has its backlog and its process, with command line, folder, user, container and family', async () => {
  const id = 'ab'.repeat(32);
  const { watch, last, paused } = watching(
    unix({
      ss: row(5000, 1),
      ssOwners: 'LISTEN 0 5 127.0.0.1:5000 0.0.0.0:* users:(("flask",pid=12,fd=3))\n',
      'command 12': 'python3\nflask\nrun',
      'directory 12': '/home/ada/project',
      'cgroup 12': `0::/docker/${id}`,
      'family 12': '12 (fl) (ask) S 7 11 11 0 -1 4194560',
    }),
  );
  await paused(1);
  assert.deepEqual(last()?.ports, [
    {
      port: 5000,
      addresses: ['127.0.0.1'],
      owner: 'self',
      socketId: '1',
      backlog: 5,
      process: {
        pid: 12,
        parent: 7,
        group: 11,
        name: 'flask',
        user: 'ada',
        commandLine: ['python3', 'flask', 'run'],
        workingDirectory: '/home/ada/project',
        container: 'abababababab',
      },
    },
  ]);
  assert.deepEqual(last()?.detection, { kind: 'watching', method: 'ss', pollMs: 250 });
  await watch.close();
});

void test('one port on several addresses is one remote port, with the least backlog', async () => {
  const text = `LISTEN 0 511 0.0.0.0:80 0.0.0.0:* ino:3 sk:1\n${row(80, 2)}LISTEN 0 5 [::1]:80 [::]:* ino:4 sk:1\n`;
  const { watch, last, paused } = watching(unix({ ss: text, ssOwners: '' }));
  await paused(1);
  assert.deepEqual(last()?.ports, [
    { port: 80, addresses: ['0.0.0.0', '127.0.0.1', '::1'], owner: 'root', socketId: '2', backlog: 5 },
  ]);
  await watch.close();
});

void test('processes are listed only after a new socket appears', async () => {
  const asked: string[] = [];
  const answers: Record<string, string> = { ss: row(5000, 1), ssOwners: '' };
  const { watch, next, paused, last } = watching(unix(answers, asked));
  await paused(1);
  next(400);
  await paused(2);
  answers['ss'] = row(5000, 1) + row(5001, 2);
  next(400);
  await paused(3);
  answers['ss'] = row(5001, 2);
  next(400);
  await paused(4);
  assert.equal(asked.filter((question) => question === 'ssOwners').length, 2);
  assert.deepEqual(
    last()?.ports.map(({ port }) => port),
    [5001],
  );
  await watch.close();
});

void test('a restart between two polls changes the socket id', async () => {
  const answers: Record<string, string> = { ss: row(5000, 1), ssOwners: '' };
  const { watch, next, paused, last } = watching(unix(answers));
  await paused(1);
  assert.equal(last()?.ports[0]?.socketId, '1');
  answers['ss'] = row(5000, 9);
  next(400);
  await paused(2);
  assert.equal(last()?.ports[0]?.socketId, '9');
  await watch.close();
});

void test('nothing is reported while nothing changes', async () => {
  const { watch, next, paused, reports } = watching(unix({ ss: row(5000, 1), ssOwners: '' }));
  await paused(1);
  next(400);
  await paused(2);
  assert.equal(reports.length, 1);
  await watch.close();
});

void test('the output of start-up files is skipped', async () => {
  const preamble = 'Welcome!\nSSHPORTS\nno newline at the end';
  const { watch, detection, paused } = watching(
    fakeUnix((question) => (question === 'ss' ? '' : undefined), `${preamble}\n`),
  );
  await paused(1);
  assert.equal(detection()?.kind, 'watching');
  await watch.close();
});

const fallbacks: readonly (readonly [system: string, question: string, text: string, method: string])[] = [
  [
    'Linux',
    'proc',
    '   0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 7 1 0 ',
    'proc',
  ],
  ['Linux', 'netstatLinux', 'tcp 0 0 127.0.0.1:5000 0.0.0.0:* LISTEN 1000 7', 'netstat'],
  ['Linux', 'lsof', 'p7\ncnode\nLada\nf3\ntIPv4\nn127.0.0.1:5000', 'lsof'],
  ['Darwin', 'netstatBsd', 'tcp4 0 0 127.0.0.1.5000 *.* LISTEN', 'netstat'],
  ['FreeBSD', 'sockstat', 'ada node 7 3 tcp4 127.0.0.1:5000 *:*', 'sockstat'],
  [
    'MINGW64_NT-10.0',
    'netstatWindows',
    '  TCP    127.0.0.1:5000         0.0.0.0:0              LISTENING       7',
    'netstat',
  ],
];

for (const [system, only, text, method] of fallbacks) {
  void test(`on ${system} with ${only} only, the method is ${method}`, async () => {
    const exec = fakeUnix((question) => (question === only ? text : undefined), '\n', system);
    const { watch, last, paused } = watching(exec);
    await paused(1);
    assert.deepEqual(
      last()?.ports.map(({ port, addresses }) => [port, addresses]),
      [[5000, ['127.0.0.1']]],
    );
    const detection = last()?.detection;
    assert.equal(detection?.kind === 'watching' && detection.method, method);
    await watch.close();
  });
}

void test('the method that worked last time is tried first', async () => {
  const asked: string[] = [];
  const { watch, paused } = watching(unix({ ss: '', proc: '' }, asked), { rememberedMethod: 'proc' });
  await paused(1);
  assert.equal(asked[0], 'proc');
  await watch.close();
});

void test('without any tool the detail names the methods that were tried', async () => {
  const { watch, detection, paused } = watching(unix({}));
  await paused(1);
  assert.deepEqual(detection(), { kind: 'unavailable', reason: 'noTool', detail: 'Linux: ss, proc, netstat, lsof' });
  await watch.close();
});

void test('without a shell the detail is the remote’s output, and a refresh retries', async () => {
  let tries = 0;
  const exec: Exec = async (command) => {
    if (!command.startsWith('netstat')) tries += 1;
    return fakeChannel(({ complain, end }) => {
      complain('This account is\u001b[31m for forwarding only.\n');
      setImmediate(() => end(1));
    });
  };
  const { watch, detection, paused } = watching(exec);
  await paused(1);
  assert.deepEqual(detection(), {
    kind: 'unavailable',
    reason: 'noShell',
    detail: 'This account is [31m for forwarding only.',
  });
  assert.equal(tries, 1);
  watch.refresh();
  await paused(2);
  assert.equal(tries, 2);
  await watch.close();
});

void test('a refused exec means no shell', async () => {
  const exec: Exec = () => Promise.reject(new UserError<ExecProblem>({ code: 'execRefused' }));
  const { watch, detection, paused } = watching(exec);
  await paused(1);
  const now = detection();
  assert.equal(now?.kind === 'unavailable' && now.reason, 'noShell');
  await watch.close();
});

void test('a lost connection ends the watch without a report', async () => {
  const exec: Exec = () => Promise.reject(new UserError<ExecProblem>({ code: 'linkLost' }));
  const { watch, reports, pauses } = watching(exec);
  await watch.close();
  assert.deepEqual([reports.length, pauses.length], [0, 0]);
});

void test('a missing answer is a timeout, and the watch restarts', async () => {
  let channels = 0;
  const exec: Exec = async () => {
    channels += 1;
    const isDeaf = channels === 1;
    return isDeaf
      ? fakeChannel(({ say }) => say('\nSSHPORTS1 Linux 1000 ada\n'))
      : fakeUnix((question) => (question === 'ss' ? '' : undefined))('', never);
  };
  const { watch, detection, paused, next, pauses } = watching(exec, { answerLimitMs: 50 });
  await paused(1);
  assert.deepEqual(detection(), { kind: 'unavailable', reason: 'timeout', detail: '' });
  assert.ok(pauses[0] !== undefined && pauses[0] > 0);
  next(1000);
  await paused(2);
  assert.equal(detection()?.kind, 'watching');
  await watch.close();
});

void test('a program that ends is restarted, with growing pauses', async () => {
  const exec: Exec = async () =>
    fakeChannel(({ say, end, onLine }) => {
      say('\nSSHPORTS1 Linux 1000 ada\n');
      onLine(() => end());
    });
  const { watch, detection, paused, next, pauses } = watching(exec);
  for (let times = 1; times <= 4; times += 1) {
    await paused(times);
    next(1);
  }
  const now = detection();
  assert.equal(now?.kind === 'unavailable' && now.reason, 'failed');
  assert.ok((pauses[3] ?? 0) > (pauses[0] ?? 0) * 2);
  await watch.close();
});

void test('an answer with an excessive length closes the channel', async () => {
  const exec: Exec = async () =>
    fakeChannel(({ say, onLine }) => {
      say('\nSSHPORTS1 Linux 1000 ada\n');
      onLine(() => say('+ 999999999\n'));
    });
  const { watch, detection, paused } = watching(exec);
  await paused(1);
  const now = detection();
  assert.equal(now?.kind === 'unavailable' && now.reason, 'failed');
  await watch.close();
});

void test('an endless preamble is refused', async () => {
  const exec: Exec = async () => fakeChannel(({ say }) => say('y\n'.repeat(100_000)));
  const { watch, detection, paused } = watching(exec, { answerLimitMs: 50 });
  await paused(1);
  const now = detection();
  assert.equal(now?.kind === 'unavailable' && now.reason, 'noShell');
  await watch.close();
});

void test('Windows without a Unix shell gets one short command per poll', async () => {
  const commands: string[] = [];
  const exec: Exec = async (command) => {
    commands.push(command);
    return fakeChannel(({ say, complain, end }) => {
      if (command.startsWith('netstat')) say('  TCP    0.0.0.0:5000    0.0.0.0:0    LISTENING    7\r\n');
      else complain("'exec' is not recognized as an internal or external command");
      setImmediate(() => end(0));
    });
  };
  const { watch, last, paused } = watching(exec);
  await paused(1);
  assert.deepEqual(
    last()?.ports.map(({ port }) => port),
    [5000],
  );
  assert.deepEqual(commands.slice(1), ['netstat -ano', 'netstat -ano']);
  await watch.close();
});

void test('a refresh and the return of focus poll at once', async () => {
  const { watch, paused, pauses, next } = watching(unix({ ss: '' }));
  await paused(1);
  watch.refresh();
  await paused(2);
  watch.setFocused(false);
  next(400);
  await paused(3);
  assert.equal(pauses[2], 30_000);
  watch.setFocused(true);
  await paused(4);
  assert.equal(pauses[3], 250);
  await watch.close();
});

void test('an expensive poll runs less often: at most 5 % of one core', async () => {
  let spentSeconds = 0;
  const exec = fakeUnix((question) => {
    if (question === 'ss') spentSeconds += 0.3;
    return question === 'times' ? String(spentSeconds) : '';
  });
  const { watch, paused, pauses, next } = watching(exec);
  await paused(1);
  next(400);
  await paused(2);
  assert.equal(pauses[1], 6000);
  await watch.close();
});

void test('the pause is short after a change, grows to 5 s, and is 30 s without focus', () => {
  const pace = (quietMs: number, more = {}): number => pollMs({ isFocused: true, quietMs, pollCostMs: 5, ...more });
  assert.ok(pace(0) <= 500);
  const paces = [0, 29_000, 31_000, 599_000, 601_000, 3_599_000, 10_000_000].map((quietMs) => pace(quietMs));
  assert.deepEqual(
    paces,
    paces.toSorted((a, b) => a - b),
  );
  assert.equal(pace(599_000), 1000, 'within a second of a server’s start while somebody works');
  assert.equal(paces.at(-1), 5000);
  assert.equal(pace(0, { isFocused: false }), 30_000);
  for (const pollCostMs of [0, 20, 80.3, 100, 5000]) assert.ok(pace(0, { pollCostMs }) >= 20 * pollCostMs);
});

void test('closing twice, or an abort, ends the channel and the watch', async () => {
  const exits: Promise<unknown>[] = [];
  const inner = unix({ ss: '' });
  const exec: Exec = async (command, signal) => {
    const channel = await inner(command, signal);
    exits.push(channel.exit);
    return channel;
  };
  const { watch, paused } = watching(exec);
  await paused(1);
  await Promise.all([watch.close(), watch.close()]);
  assert.equal(exits.length, 1);
  await exits[0];
  const abort = new AbortController();
  const other = watchPorts({ exec: unix({ ss: '' }), onPorts: () => undefined }, abort.signal);
  abort.abort();
  await other.close();
});
