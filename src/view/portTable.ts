import { placeOf } from '../core/detect/place.ts';
import { findPort, type ForwardState, type HostState, servedPorts } from '../core/session/state.ts';
import { insteadText } from './forwardRow.ts';
import { destinationText, localAddress, remoteBindText } from './forwardText.ts';
import { limitTexts } from './limitTexts.ts';
import { processName, programBehind, programName } from './remotePortText.ts';
import { problemText } from './problem.ts';

/** The remote ports of a host and their local addresses, as a table for a terminal. */
export function portTable(host: HostState): string {
  const served = servedPorts(host);
  const rows = [
    ...host.forwards.map((forward) => forwardCells(host, forward)),
    ...host.remotePorts
      .filter((each) => !served.has(placeOf(each)))
      .map((seen) => [String(placeOf(seen)), programName(seen) ?? '', processName(seen) ?? '', '']),
  ];
  const head = `${host.name}: ${linkText(host)}`;
  if (rows.length === 0) return head;
  const table = [['PORT', 'SERVER', 'PROCESS', 'HERE'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [head, ...table.map(line), ...limitTexts(host)].join('\n');
}

function linkText({ link }: HostState): string {
  switch (link.kind) {
    case 'idle':
      return 'not connected';
    case 'connecting':
      return 'connecting';
    case 'online':
      return 'connected';
    case 'waiting':
      return 'reconnecting';
    case 'failed':
      return problemText(link.why).what;
  }
}

function forwardCells(host: HostState, forward: ForwardState): string[] {
  const seen = findPort(host, forward.remotePort);
  const port = forward.remotePort === undefined ? destinationText(forward.spec) : String(forward.remotePort);
  const process = seen && processName(seen);
  return [port, programBehind(forward, seen) ?? '', process ?? '', whereText(host, forward)];
}

function whereText(host: HostState, forward: ForwardState): string {
  const { status, spec } = forward;
  switch (status.kind) {
    case 'open': {
      if (spec.kind === 'remote' || spec.kind === 'remoteDynamic') return `${remoteBindText(forward)} on ${host.name}`;
      const moved = insteadText(status);
      return [localAddress(forward), moved && `(${moved})`].filter(Boolean).join(' ');
    }
    case 'failed':
      return problemText(status.why).what;
    case 'dormant':
      return 'server stopped';
    case 'elsewhere':
      return status.localPort === undefined
        ? `${remoteBindText(forward)} on ${host.name}, of another window`
        : `localhost:${status.localPort} of another window`;
    case 'opening':
    case 'off':
    case 'paused':
    case 'expired':
      return status.kind;
  }
}
