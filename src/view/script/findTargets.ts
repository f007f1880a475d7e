import { type AppState, answeringPort, findHost, type ForwardState, type HostState } from '../../core/session/state.ts';
import { isPort } from '../../core/spec/port.ts';
import type { Target } from '../row.ts';
import { type CommandName, type CommandShape, commandShapes, type Given } from './commandShapes.ts';
import { wrong } from './readArguments.ts';

/**
 * What the arguments of a command name. None: they name nothing, so the user is asked.
 *
 * @throws ScriptError when nothing has that name, or when one thing is wanted and several have it
 */
export function findTargets(state: AppState, command: CommandName, given: Given): readonly Target[] {
  const { on }: CommandShape = commandShapes[command];
  switch (on) {
    case 'nothing':
      return [];
    case 'host':
      return given.host === undefined ? [] : [{ kind: 'host', host: given.host }];
    case 'knownHost':
      if (given.host !== undefined && !findHost(state, given.host))
        throw wrong(command, `there is no host ${JSON.stringify(given.host)}`);
      return given.host === undefined ? [] : [{ kind: 'host', host: given.host }];
    case 'remotePort':
      return [remotePort(state, command, given)];
    case 'forward':
    case 'forwards':
      return forwards(state, command, given, on);
  }
}

function remotePort({ hosts }: AppState, command: CommandName, { host, port }: Given): Target {
  if (port === undefined) throw wrong(command, 'the port is missing');
  const online = hosts.filter(({ link }) => link.kind === 'online');
  const name = host ?? (online.length === 1 ? online[0]?.name : undefined);
  if (name === undefined) throw wrong(command, `the host is missing: ${online.length} hosts are connected`);
  return { kind: 'remotePort', host: name, port };
}

function forwards(
  { hosts }: AppState,
  command: CommandName,
  given: Given,
  on: 'forward' | 'forwards',
): readonly Target[] {
  const { host, port, localPort, id } = given;
  if ([host, port, localPort, id].every((each) => each === undefined)) return [];
  if (id !== undefined && host === undefined) throw wrong(command, 'an id needs the host beside it');
  const found = hosts.flatMap((each) =>
    each.forwards
      .filter((forward) => isMeant(each, forward, given))
      .map((forward) => ({ host: each.name, id: forward.id })),
  );
  if (found.length === 0) throw wrong(command, `no forward has ${named(given)}`);
  if (on === 'forward' && found.length > 1) throw wrong(command, `${found.length} forwards have ${named(given)}`);
  return found.map((each) => ({ kind: 'forward', ...each }));
}

function isMeant(host: HostState, forward: ForwardState, given: Given): boolean {
  return (
    (given.host === undefined || given.host === host.name) &&
    (given.id === undefined || given.id === forward.id) &&
    (given.port === undefined || given.port === forward.remotePort) &&
    (given.localPort === undefined || given.localPort === localPortOf(forward))
  );
}

/** Where it answers, or would if it were not paused. */
function localPortOf(forward: ForwardState): number | undefined {
  const { kind, bind } = forward.spec;
  const isHere = (kind === 'local' || kind === 'dynamic') && bind.kind === 'tcp';
  return answeringPort(forward) ?? (isHere && isPort(bind.port) ? bind.port : undefined);
}

function named({ host, port, localPort, id }: Given): string {
  const parts = Object.entries({ host, port, localPort, id }).filter(([, value]) => value !== undefined);
  return parts.map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(', ');
}
