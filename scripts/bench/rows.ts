import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Row, Run } from './group.ts';
import { download, keptConnections, latencies, newConnections, type To, upload } from './load.ts';
import { median } from '../../test/support/ratios.ts';

/** Fields that a group adds to a row, such as a goal or the sides that take part. */
type Extra = Partial<Pick<Row, 'goal' | 'isTogether' | 'sides'>>;

const megabytes = 1.048576;

export function downloading(mebibytes: number, extra: Extra = {}): Row {
  return bulk('download, one stream', mebibytes, download, extra);
}

export function uploading(mebibytes: number, extra: Extra = {}): Row {
  return bulk('upload, one stream', mebibytes, upload, extra);
}

function bulk(name: string, mebibytes: number, work: typeof download, extra: Extra): Row {
  return rate(name, 'MB/s', mebibytes, async (to, amount) => (await work(to, amount), amount * megabytes), extra);
}

export function kept(requests: number, atOnce: number, extra: Extra = {}): Row {
  const name = atOnce === 1 ? 'kept connection, by turns' : `kept connections, ${atOnce} at once`;
  return rate(name, '/s', requests, async (to, amount) => (await keptConnections(to, amount, atOnce), amount), extra);
}

export function opened(requests: number, atOnce: number, extra: Extra = {}): Row {
  const name = atOnce === 1 ? 'new connection each, by turns' : `new connection each, ${atOnce} at once`;
  return rate(name, '/s', requests, async (to, amount) => (await newConnections(to, amount, atOnce), amount), extra);
}

/** A page of `requests` requests, six at a time as in browsers. */
export function page(kind: 'new' | 'kept', requests: number, extra: Extra = {}): Row {
  const work = kind === 'new' ? newConnections : keptConnections;
  return {
    name: `page of ${requests} requests, ${kind === 'new' ? 'new connections' : '6 kept connections'}`,
    unit: 's',
    good: 'less',
    isTogether: true,
    ...extra,
    measure: ({ reached, scale }) => seconds(() => work(reached.to, Math.ceil(requests * scale), 6)),
  };
}

/** The median time of an answer while a download fills the line. */
export function besideBulk(mebibytes: number, extra: Extra = {}): Row {
  return {
    name: `request beside a download of ${mebibytes} MiB, p50`,
    unit: 'ms',
    good: 'less',
    ...extra,
    measure: async ({ reached, scale }) => {
      let isRunning = true;
      const loading = download(reached.to, Math.ceil(mebibytes * scale)).finally(() => (isRunning = false));
      await sleep(400); // until the line is full
      const times = await latencies(reached.to, () => isRunning);
      await loading;
      return median(times);
    },
  };
}

/** The row's work while another extension keeps an editor of the group busy. */
export function busy(row: Row, extra: Extra = {}): Row {
  return {
    ...row,
    name: `${row.name}; an editor busy 50 of 150 ms`,
    ...extra,
    measure: (run) => {
      const host = run.reached.editor ?? run.anyEditor;
      return host ? host.whileBusy(() => row.measure(run)) : row.measure(run);
    },
  };
}

/** The delay of the extension host's event loop during the row's work. */
export function loopDelay(row: Row, extra: Extra = {}): Row {
  return {
    name: `loop delay p99, ${row.name}`,
    unit: 'ms',
    good: 'less',
    ...extra,
    measure: async (run) => run.reached.editor?.loopDelay(() => row.measure(run)),
  };
}

/** The time from the start of a program to the first answer through it. */
export function start(extra: Extra = {}): Row {
  return {
    name: 'program start to first answer',
    unit: 's',
    good: 'less',
    ...extra,
    measure: ({ reached, side, site }) =>
      reached.pid === undefined ? Promise.resolve(undefined) : seconds(async () => (await side.open(site)).close()),
  };
}

/** The memory of a program that has just begun to forward and carries nothing. */
export function idleMemory(extra: Extra = {}): Row {
  return {
    name: 'memory, idle',
    unit: 'MiB',
    good: 'less',
    isTogether: true,
    ...extra,
    measure: async ({ reached: { pid }, side, site }) => {
      if (pid === undefined) return undefined;
      const fresh = await side.open(site);
      await sleep(1500); // until it has settled
      const status = fs.readFileSync(`/proc/${fresh.pid}/status`, 'utf8');
      await fresh.close();
      return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
    },
  };
}

/** Measured once, when the editor started. */
export function activation(what: 'load' | 'activate', extra: Extra = {}): Row {
  return {
    name: what === 'load' ? 'require of the extension' : 'activate of the extension',
    unit: 'ms',
    good: 'less',
    ...extra,
    measure: async ({ reached }: Run) => reached.editor?.startMs[what],
  };
}

/** Work per second. `work` gets the amount and returns what it did in the row's unit. */
function rate(
  name: string,
  unit: string,
  amount: number,
  work: (to: To, amount: number) => Promise<number>,
  extra: Extra,
): Row {
  return {
    name,
    unit,
    good: 'more',
    ...extra,
    measure: async ({ reached, scale }) => {
      const startedAt = performance.now();
      const done = await work(reached.to, Math.ceil(amount * scale));
      return (done * 1000) / (performance.now() - startedAt);
    },
  };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}
