import { UserError } from '../../../base/userError.ts';
import type { PortPlace } from '../../detect/place.ts';
import { type ForwardRules, openForward } from '../../forward/open.ts';
import { certificates } from '../../front/certificates/certificates.ts';
import { Front } from '../../front/front.ts';
import type { Endpoint, Kubectl } from '../../spec/spec.ts';
import type { Credentials } from '../../forward/socks.ts';
import type { Exec } from '../../detect/exec.ts';
import type { Problem } from '../../problem.ts';
import { type Dialer, tellingDialer } from '../link/dialer.ts';
import type { HostLink } from '../link/hostLink.ts';
import type { OpenSpec } from './openNear.ts';
import { serverTraits } from './serverTraits.ts';
import { openThroughKubectl, RemoteKubectl } from './remoteKubectl.ts';
import type { HostState } from '../state.ts';

export interface ProxyDeps {
  /** The user name and password that the SOCKS proxies of a host ask for. */
  readonly proxyPassword: () => Promise<Credentials | undefined>;
}

export interface OpenRequestOptions extends ProxyDeps {
  readonly link: Pick<HostLink, 'listenRemote' | 'connection'>;
  readonly dialer: Dialer;
  /** Of the host's configuration; undefined before it was read. */
  readonly rules: () => ForwardRules | undefined;
  readonly read: () => HostState;
}

const noRules: ForwardRules = { streamLocalBindUnlink: false, streamLocalBindMask: 0o177, permitRemoteOpen: [] };

/** Opens the forwards of a host over its connection. */
export function openRequest(deps: OpenRequestOptions): OpenSpec {
  const { link, dialer, rules, proxyPassword, read } = deps;
  return async ({ spec, isProtected, isHttps, remotePort }, tell, signal) => {
    const credentials = isProtected ? await proxyPassword() : undefined;
    // SECURITY: without its password a protected proxy does not open, least of all unprotected.
    if (isProtected && !credentials) throw new UserError<Problem>({ code: 'proxyPasswordMissing' });
    const onTrouble = (trouble: Problem | undefined): void => tell(trouble && explained(trouble, read()));
    const kubectl = spec.kind === 'local' && spec.kubectl ? remoteKubectl(spec.kubectl, deps) : undefined;
    const through = kubectl ? tellingDialer(kubectl.dial) : dialer;
    // `onProblem` reports a failed dial, but no relay that fails after the dial.
    const dial = through((problem) => {
      if (!problem || problem.code === 'containerRelayFailed') onTrouble(problem);
    }, remotePort);
    const options = {
      rules: rules() ?? noRules,
      dial,
      listenRemote: link.listenRemote,
      onProblem: onTrouble,
      ...(credentials && { credentials }),
      ...(isHttps &&
        spec.kind === 'local' && { front: frontTo(spec.to, { ...deps, dialer: through }, onTrouble, remotePort) }),
    };
    const open = (): ReturnType<typeof openForward> => openForward(spec, options, signal);
    return kubectl ? openThroughKubectl(kubectl, open, signal) : open();
  };
}

function remoteKubectl(kubectl: Kubectl, { link, dialer }: OpenRequestOptions): RemoteKubectl {
  const exec = async (signal: AbortSignal): Promise<Exec> => (await link.connection(signal)).exec;
  return new RemoteKubectl({ kubectl, exec, dial: dialer() });
}

/** A front. It reports a failed dial to the browser alone, so here the dialer reports trouble. */
function frontTo(
  to: Endpoint,
  { dialer, read }: OpenRequestOptions,
  onTrouble: (trouble: Problem | undefined) => void,
  remotePort: PortPlace | undefined,
): Front {
  const dial = dialer(onTrouble, remotePort);
  return new Front({
    open: (signal) => dial(to, signal),
    traits: () => serverTraits(read(), remotePort),
    credential: (subject) => certificates.credential(subject),
  });
}

/** While the host needs the user (a wrong key, a login), forwards report the host's problem, not 'linkLost'. */
function explained(trouble: Problem, { link }: HostState): Problem {
  return trouble.code === 'linkLost' && link.kind === 'failed' ? link.why : trouble;
}
