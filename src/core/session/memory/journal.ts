import type { Log } from '../../../base/log.ts';
import { formatForward } from '../../spec/grammar.ts';
import type { Detection } from '../../detect/remotePort.ts';
import type { ForwardState, ForwardStatus, HostState, LinkState } from '../state.ts';

/** Writes one line for each change of a host that matters. SECURITY: what comes from the server was made harmless where it came in. */
export function journal(before: HostState, after: HostState, log: Log): void {
  if (before.link !== after.link) writeLink(before.link, after.link, log);
  if (before.detection !== after.detection) writeDetection(before.detection, after.detection, log);
  if (before.forwards === after.forwards) return;
  for (const forward of after.forwards) {
    const known = before.forwards.find(({ id }) => id === forward.id);
    if (known !== forward) writeForward(known, forward, log);
  }
  for (const { id, spec } of before.forwards) {
    if (!after.forwards.some((forward) => forward.id === id)) log.info(`${nameOf(spec)} ended`);
  }
}

function writeLink(before: LinkState, after: LinkState, log: Log): void {
  switch (after.kind) {
    case 'idle':
      if (before.kind !== 'idle') log.info('disconnected');
      return;
    case 'connecting':
      log.info('connecting');
      return;
    case 'online': {
      if (before.kind === 'online' && before.since === after.since) return; // only the seconds of a silence
      const { serverVersion, cipher, via } = after.facts;
      log.info(`online: ${[serverVersion, cipher, ...via.map((hop) => `via ${hop}`)].join(', ')}`);
      return;
    }
    case 'waiting':
      log.info(`away (${after.why.code}), next try in ${Math.ceil((after.retryAt - Date.now()) / 1000)} s`);
      return;
    case 'failed':
      log.warn(`not retried before the user acts: ${JSON.stringify(after.why)}`);
  }
}

function writeDetection(before: Detection, after: Detection, log: Log): void {
  if (after.kind === 'unavailable') log.warn(`cannot see remote ports: ${after.reason} ${after.detail}`.trim());
  if (after.kind === 'watching' && before.kind !== 'watching') log.info(`watching ports by ${after.method}`);
}

function writeForward(before: ForwardState | undefined, { spec, status }: ForwardState, log: Log): void {
  if (before && statusText(before.status) === statusText(status)) return;
  const isBad = status.kind === 'failed' || (status.kind === 'open' && status.trouble !== undefined);
  log[isBad ? 'warn' : 'info'](`${nameOf(spec)} ${statusText(status)}`);
}

function nameOf(spec: ForwardState['spec']): string {
  return `${spec.kind} forward ${formatForward(spec)}`;
}

/** The status in words, without its counters. */
function statusText(status: ForwardStatus): string {
  switch (status.kind) {
    case 'open': {
      const bound = status.bound.map((each) => (each.kind === 'tcp' ? `${each.address} ${each.port}` : each.path));
      const trouble = status.trouble ? `, its latest connection failed: ${JSON.stringify(status.trouble)}` : '';
      return `listens on ${bound.join(' and ')}${trouble}`;
    }
    case 'failed':
      return `failed: ${JSON.stringify(status.why)}`;
    case 'elsewhere':
      return `is in another window${status.localPort === undefined ? '' : `, at local port ${status.localPort}`}`;
    case 'opening':
    case 'off':
    case 'paused':
    case 'expired':
    case 'dormant':
      return `is ${status.kind}`;
  }
}
