import type { Problem } from '../../core/problem.ts';
import type { ForwardStatus } from '../../core/session/state.ts';
import { scopeText, shareText } from '../forwardRow.ts';
import { address, bindText } from '../address.ts';
import { byteText } from '../forwardText.ts';
import { problemText } from '../problem.ts';
import { type Action, type Fault, fault, here, type Hop, isFromRemote, type PathFacts, showLog } from './hop.ts';

type Open = Extract<ForwardStatus, { readonly kind: 'open' }>;
type Look = Pick<Hop, 'facts' | 'state' | 'actions'> & { readonly fault?: Fault };

/** The hop where connections arrive: our listener on this machine, or with -R at the remote. */
export function listenerHop(path: PathFacts): Hop {
  const { host, forward } = path;
  const isRemote = isFromRemote(forward);
  const isProxy = forward.spec.kind === 'dynamic' || forward.spec.kind === 'remoteDynamic';
  return {
    kind: 'listener',
    title: `${isRemote ? 'Remote' : 'Local'} ${isProxy ? 'SOCKS proxy' : 'listener'}`,
    place: isRemote ? host.name : here,
    ...look(path, isRemote),
  };
}

function look(path: PathFacts, isRemote: boolean): Look {
  const { status, spec } = path.forward;
  const wanted = `wants ${bindText(spec.bind)}`;
  switch (status.kind) {
    case 'opening':
      return { facts: [wanted], state: 'busy', actions: [] };
    case 'open':
      return openLook(path, status, isRemote);
    case 'off': {
      const why = {
        code: 'off',
        what: 'Forwarding is switched off.',
        next: 'Switch forwarding on to get the same ports back.',
      };
      return stopped(wanted, why, [{ id: 'switchOn', label: 'Switch On' }]);
    }
    case 'paused':
      return stopped(
        wanted,
        { code: 'paused', what: 'You paused this forward.', next: 'Resume it to get the same port back.' },
        [resume('Resume')],
      );
    case 'expired': {
      const what = 'This forward was shared with the network, and its time is over.';
      return stopped(wanted, { code: 'expired', what, next: '' }, [resume('Open Again')]);
    }
    case 'dormant': {
      const kept = status.localPort === undefined ? 'The forward' : `localhost:${status.localPort}`;
      const next = `${kept} returns as soon as the server listens again.`;
      return stopped(
        wanted,
        { code: 'dormant', what: 'The local port is closed, because the server has stopped.', next },
        [],
      );
    }
    case 'elsewhere':
      return {
        facts: [
          `bound to port ${status.localPort ?? bindText(spec.bind)} by another window`,
          'moves to this window when that window stops it',
        ],
        state: 'unknown',
        actions: [],
      };
    case 'failed':
      return failed(wanted, status.why, spec.bind.kind === 'tcp' && !isRemote);
  }
}

function openLook({ host, forward }: PathFacts, status: Open, isRemote: boolean): Look {
  const { bound, traffic, instead } = status;
  const trouble = status.trouble?.code === 'acceptFailed' ? status.trouble : undefined;
  const facts = [
    `bound to ${bound.map((each) => (each.kind === 'unix' ? each.path : address(each.address, each.port))).join(', ')}`,
    `${traffic.totalConnections} ${traffic.totalConnections === 1 ? 'connection' : 'connections'}, ${traffic.openConnections} open now`,
    `${byteText(traffic.bytesToRemote)} sent, ${byteText(traffic.bytesFromRemote)} received`,
    shareText(status),
    isRemote ? scopeText(host, forward)?.full : undefined,
    instead && `instead of ${instead.port}: ${problemText(instead.why).what}`,
  ];
  return {
    facts: facts.filter((fact) => fact !== undefined),
    ...(trouble ? { state: 'broken', fault: fault(trouble) } : { state: 'ok' }),
    actions: [],
  };
}

function stopped(wanted: string, why: Fault, actions: readonly Action[]): Look {
  return { facts: [wanted], state: 'stopped', fault: why, actions };
}

function failed(wanted: string, why: Problem, canMove: boolean): Look {
  const move: Action = { id: 'changeLocalPort', label: 'Change Local Port…' };
  const isPort = ['portInUse', 'portPrivileged', 'pipeNeeded', 'listenFailed'].includes(why.code);
  const actions = [
    ...(canMove && isPort ? [move] : []),
    resume('Try Again'),
    ...(why.code === 'unexpected' ? [showLog] : []),
  ];
  return { facts: [wanted], state: 'broken', fault: fault(why), actions };
}

function resume(label: string): Action {
  return { id: 'resume', label };
}
