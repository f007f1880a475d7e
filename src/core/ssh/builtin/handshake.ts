import type { Duplex } from 'node:stream';
import type { Client, NegotiatedAlgorithms } from 'ssh2';
import ssh2 from 'ssh2';
import { errorText, UserError } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import type { AgentSession } from '../auth/agent.ts';
import { missing, type Proposal, toSsh2 } from './algorithms.ts';
import type { HostProblem } from '../connection.ts';
import { ChosenGroup } from './groupExchange.ts';
import { copyArriving, exchangeSignature, onGroupExchange, sessionId } from './internals.ts';
import { printable } from '../printable.ts';
import { overhear } from './serverHello.ts';
import { BuiltinUserauth } from './userauth.ts';

/** A connection that is encrypted and whose server is the right one; nobody is logged in yet. */
export interface Handshake {
  readonly client: Client;
  readonly userauth: BuiltinUserauth;
  readonly negotiated: NegotiatedAlgorithms;
  readonly serverVersion: string;
  /** For agents that limit where a key may be used. */
  readonly session: AgentSession;
}

export interface HandshakeInput {
  readonly stream: Duplex;
  readonly config: HostConfig;
  readonly proposal: Proposal;
  /** Returns when the key may be trusted. */
  readonly verifyHostKey: (key: Buffer, hasCertificate: boolean) => Promise<void>;
  /** Called once the server has said which version it is. */
  readonly onVersion: () => void;
  /** Called once if the connection breaks, before or after the handshake. */
  readonly onFailure: (error: unknown) => void;
  readonly onBanner: (text: string) => void;
}

/** Runs the SSH transport protocol (RFC 4253) up to the point where a user can log in. */
export function shakeHands(input: HandshakeInput): Promise<Handshake> {
  const { stream, config, proposal, onFailure } = input;
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    let hello: ReturnType<typeof overhear> | undefined;
    let negotiated: NegotiatedAlgorithms | undefined;
    let trusted: Buffer | undefined;
    let signature: Buffer | undefined;
    const fail = (error: unknown): void => {
      reject(error);
      onFailure(error);
    };
    const ended = (detail: string, cause?: unknown): void => {
      const server = hello?.offer();
      const lacking = server && !negotiated ? missing(proposal, server) : undefined;
      const host = config.name;
      fail(
        lacking
          ? new UserError<HostProblem>({ code: 'noCommonAlgorithm', host, ...lacking }, { cause })
          : new UserError<HostProblem>(
              { code: 'handshakeEnded', host, detail: (hello?.version() ? '' : hello?.text()) || printable(detail) },
              { cause },
            ),
      );
    };
    client.on('error', (error) => ended(errorText(error), error));
    client.on('close', () => ended('the server closed the connection'));
    client.on('banner', input.onBanner);
    client.on('handshake', (algorithms) => (negotiated ??= algorithms));
    client.connect({
      sock: stream,
      username: config.user,
      readyTimeout: 0,
      keepaliveInterval: 0,
      strictVendor: false,
      // For sessions that forward it; logins have an agent of their own.
      ...(config.forwardAgent && config.identityAgent !== undefined && { agent: config.identityAgent }),
      algorithms: toSsh2(proposal),
      hostVerifier: (key: Buffer, verify: (isTrusted: boolean) => void) => {
        // At a rekey the server sends on without waiting for us: the answer must be there at once.
        if (trusted?.equals(key)) {
          verify(true);
          return;
        }
        signature ??= exchangeSignature(client);
        const hasCertificate = hello?.offer()?.hostKeys.some((name) => name.includes('-cert-')) ?? false;
        const answer = input.verifyHostKey(key, hasCertificate).then(
          () => {
            trusted = Buffer.from(key);
            return true;
          },
          (error: unknown) => {
            fail(error);
            return false;
          },
        );
        void answer.then(verify);
      },
      // Called when the server is ready for a login, which `Userauth` then drives.
      authHandler: () => {
        if (!negotiated || !trusted || !signature) return undefined;
        const session = { hostKey: trusted, id: sessionId(client), signature };
        resolve({ client, userauth, negotiated, serverVersion: hello?.version() ?? '', session });
        return undefined;
      },
    });
    onGroupExchange(client, (prime, generator) => new ChosenGroup(prime, generator));
    copyArriving(client);
    const userauth = new BuiltinUserauth(client, config.user);
    hello = overhear(stream, input.onVersion);
  });
}
