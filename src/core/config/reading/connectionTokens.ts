import { createHash } from 'node:crypto';
import { parseHop } from '../../spec/destination.ts';
import type { Tokens } from './tokens.ts';
import type { Environment } from '../environment.ts';

/** The facts of a connection that its tokens stand for. */
export interface TokenFacts {
  readonly name: string;
  readonly hostName: string;
  readonly port: string;
  readonly user: string;
  readonly keyAlias: string;
  /** As `ssh -G` prints it. */
  readonly proxyJump: string | undefined;
}

/** The tokens that most keywords accept (ssh_config(5) TOKENS). */
export function connectionTokens(facts: TokenFacts, environment: Environment): Tokens {
  const jumpHost = hostOfLastHop(facts.proxyJump);
  return {
    C: createHash('sha1')
      .update(environment.localHost + facts.hostName + facts.port + facts.user + jumpHost)
      .digest('hex'),
    L: environment.localHost.replace(/\..*$/s, ''),
    d: environment.home,
    h: facts.hostName,
    i: String(environment.uid),
    j: jumpHost,
    k: facts.keyAlias,
    l: environment.localHost,
    n: facts.name,
    p: facts.port,
    r: facts.user,
    u: environment.userName,
  };
}

function hostOfLastHop(proxyJump: string | undefined): string {
  if (proxyJump === undefined || proxyJump === 'none') return '';
  return parseHop(proxyJump.split(',').at(-1) ?? '')?.host ?? '';
}
