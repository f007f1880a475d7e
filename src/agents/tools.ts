import { findHost, type HostState } from '../core/session/state.ts';
import { exportedForward, exportedHost } from '../view/exported.ts';
import { ScriptError } from '../view/script/readArguments.ts';
import type { Access } from './access.ts';
import { isThere, makeForward, portRequest } from './makeForward.ts';
import { untilListed } from './untilListed.ts';
import { whyNoAnswer } from './whyNoAnswer.ts';
import type { AgentTool, Question, ToolInput } from './tool.ts';

const none = (): undefined => undefined;

/**
 * All tools for agents. SECURITY: no tool takes a bind address, a remote forward, a command, a file or an unlisted host.
 * Every change asks a person first.
 */
export const tools: readonly AgentTool[] = [
  {
    name: 'ssh_ports_list_hosts',
    title: 'List SSH hosts',
    description:
      'Lists the SSH hosts of the user, whether each is connected, and the forwarded ports with their local URLs. Start here: the other tools take a host by its name in this list.',
    takes: [],
    isReadOnly: true,
    question: none,
    run: async (access, _input, signal) => {
      await access.refreshHosts(signal);
      return { hosts: access.state.get().hosts.map(hostData) };
    },
  },
  {
    name: 'ssh_ports_list_remote_ports',
    title: 'List the ports of an SSH host',
    description:
      'Lists the TCP ports on which programs of an SSH host listen, with what kind of server each is. Connects to the host if need be.',
    takes: ['host'],
    isReadOnly: false,
    question: (access, { host }) => (isOnline(access, host) ? undefined : connectQuestion(host)),
    run: async (access, { host }, signal) => {
      await access.connect(knownHost(access, host).name, signal);
      await untilListed(access.state, host, signal);
      return portsData(knownHost(access, host));
    },
  },
  {
    name: 'ssh_ports_forward_port',
    title: 'Forward a port of an SSH host',
    description:
      'Makes a TCP port of an SSH host reachable at localhost of this machine, for this machine only, and gives its local address and URL. Use it to open or test a server that runs on the host. A port that is forwarded already keeps its address.',
    takes: ['host', 'port', 'localPort'],
    optional: ['localPort'],
    isReadOnly: false,
    question: forwardQuestion,
    run: async (access, { host, port, localPort }, signal) => {
      const { name } = knownHost(access, host);
      const { id } = await makeForward(access, name, portRequest(port, localPort), signal);
      return forwardData(knownHost(access, name), id);
    },
  },
  {
    name: 'ssh_ports_stop_forward',
    title: 'Stop forwarding a port',
    description: 'Stops the forwards that lead to a port of an SSH host. Their local addresses no longer answer.',
    takes: ['host', 'port'],
    isReadOnly: false,
    question: stopQuestion,
    run: async (access, { host, port }) => {
      const found = leadingTo(access, { host, port });
      if (found.length === 0) throw new ScriptError(`Nothing forwards port ${port} of ${host}.`);
      for (const { id } of found) await access.stopForward(host, id);
      return { stopped: found.map(({ localAddress }) => localAddress) };
    },
  },
  {
    name: 'ssh_ports_why_no_answer',
    title: 'Find out why a forwarded port does not answer',
    description:
      'Checks the path of a forwarded port of an SSH host, station by station, from localhost to the program on the host, and says which one fails and what to do. Use it when the local URL does not answer.',
    takes: ['host', 'port'],
    isReadOnly: true,
    question: none,
    run: (access, { host, port }, signal) => whyNoAnswer(access, knownHost(access, host).name, port, signal),
  },
];

/** @throws ScriptError for an unlisted host */
function knownHost(access: Access, name: string): HostState {
  const host = findHost(access.state.get(), name);
  if (!host)
    throw new ScriptError(`The user has no host ${JSON.stringify(name)}. List the hosts, and take a name from there.`);
  return host;
}

function isOnline(access: Access, name: string): boolean {
  return knownHost(access, name).link.kind === 'online';
}

function connectQuestion(host: string): Question {
  return {
    host,
    title: `Connect to ${host}?`,
    message: `An agent wants to see which ports programs of ${host} listen on. SSH Ports logs in there as “ssh ${host}” would.`,
  };
}

function forwardQuestion(access: Access, { host, port, localPort }: ToolInput): Question | undefined {
  const request = portRequest(port, localPort);
  if (knownHost(access, host).forwards.some((each) => isThere(each, request))) return undefined;
  const first = isOnline(access, host) ? '' : ` SSH Ports connects to ${host} first.`;
  return {
    host,
    title: `Forward port ${port} of ${host}?`,
    message: `An agent wants programs of this machine to reach it at localhost:${localPort ?? port}${localPort === undefined ? ', or at a port near it' : ''}. Other machines do not reach it.${first}`,
  };
}

function stopQuestion(access: Access, { host, port }: ToolInput): Question | undefined {
  const addresses = leadingTo(access, { host, port }).map(({ localAddress, id }) => localAddress ?? id);
  if (addresses.length === 0) return undefined;
  return {
    host,
    title: `Stop forwarding port ${port} of ${host}?`,
    message: `${addresses.join(', ')} no longer answers then.`,
  };
}

function leadingTo(access: Access, { host, port }: Pick<ToolInput, 'host' | 'port'>) {
  return exportedHost(knownHost(access, host)).forwards.filter(
    ({ remotePort, container }) => remotePort === port && container === undefined,
  );
}

function hostData(host: HostState): object {
  const { name, status, problem } = exportedHost(host);
  return {
    host: name,
    status,
    ...(problem !== undefined && { problem }),
    forwards: host.forwards.map(({ id }) => forwardData(host, id)),
  };
}

function portsData(host: HostState): object {
  const { name, remotePorts, forwards } = exportedHost(host);
  const { detection } = host;
  return {
    host: name,
    ...(detection.kind === 'unavailable' && { problem: `The ports cannot be listed (${detection.reason}).` }),
    ports: remotePorts.map((each) => {
      const forward = forwards.find(
        ({ remotePort, container }) => remotePort === each.port && container === each.container,
      );
      const title = host.remotePorts.find((seen) => seen.port === each.port && seen.container?.name === each.container)
        ?.program?.title;
      return {
        ...each,
        ...(title !== undefined && { title }),
        ...(forward && { forward: forwardData(host, forward.id) }),
      };
    }),
  };
}

/** SECURITY: the query of a page's URL may hold a login token. Only the user's browser gets the query, no agent. */
function forwardData(host: HostState, id: string): object {
  const forward = host.forwards.find((each) => each.id === id);
  if (!forward) throw new ScriptError('The forward was stopped at once.');
  const { url, label: _own, host: _host, ...data } = exportedForward(host, forward);
  return { ...data, ...(url !== undefined && { url: url.replace(/[?#].*$/su, '') }) };
}
