import type { Duplex } from 'node:stream';
import type { Client, NegotiatedAlgorithms } from 'ssh2';
import library from 'ssh2';
import { errorText, UserError } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import type { AgentSession } from '../auth/agent.ts';
import type { HostProblem } from '../connection.ts';
import { certificateSuffix } from '../keys/certificate.ts';
import { printable } from '../printable.ts';
import { bannerFilter } from './banners.ts';
import { missing, type Proposal, toSsh2 } from './algorithms.ts';
import { onDisconnectMessage } from './disconnectMessage.ts';
import { ChosenGroup } from './groupExchange.ts';
import { acceptAnyIdentification } from './identification.ts';
import { HybridExchange } from './hybridExchange.ts';
import { acceptCertificate } from './certificateExchange.ts';
import { exchangeSignature, onKeyExchange, sessionId } from './internals.ts';
import { copyReceived } from './received.ts';
import { replaceGroup } from './keyExchange.ts';
import { changeOffer } from './offer.ts';
import { recordHello, type ServerHello } from './serverHello.ts';
import { replaceStandIn } from './standIn.ts';
import { BuiltinUserauth } from './userauth.ts';

/** An encrypted connection to the right server. Nobody is logged in yet. */
export interface Handshake {
  readonly ssh2: Client;
  readonly userauth: BuiltinUserauth;
  readonly negotiated: NegotiatedAlgorithms;
  /** The algorithm of the key or the certificate that is trusted. */
  readonly hostKey: string;
  readonly serverVersion: string;
  /** For agents that limit where a key may be used. */
  readonly session: AgentSession;
}

export interface HandshakeInput {
  readonly stream: Duplex;
  readonly config: HostConfig;
  readonly proposal: Proposal;
  /** Settles with what is trusted of a key or certificate that the server shows, else rejects. */
  readonly verifyHostKey: (shown: Buffer) => Promise<'certificate' | 'key'>;
  /** Called once, when the server has sent its version. */
  readonly onVersion: () => void;
  /** Called when the connection breaks, before or after the handshake. */
  readonly onFailure: (error: unknown) => void;
  /** Called for the first banners of a server whose host key is trusted. */
  readonly onBanner: (text: string) => void;
}

/** Runs the SSH transport protocol (RFC 4253) up to the point where a user can log in. */
export function shakeHands(input: HandshakeInput): Promise<Handshake> {
  const { stream, config, proposal, onFailure } = input;
  const ssh2 = new library.Client();
  return new Promise((resolve, reject) => {
    let hello: ServerHello | undefined;
    let negotiated: NegotiatedAlgorithms | undefined;
    const fail = (error: unknown): void => {
      reject(error);
      onFailure(error);
    };
    const ended = (detail: string, cause?: unknown): void =>
      fail(new UserError<HostProblem>(endProblem(input, hello, negotiated, detail), { cause }));
    ssh2.on('error', (error) => ended(errorText(error), error));
    ssh2.on('close', () => ended('the server closed the connection'));
    ssh2.on('handshake', (algorithms) => (negotiated ??= algorithms));
    const check = new HostKeyCheck(ssh2, fail, input.verifyHostKey);
    const isTrusted = (): boolean => check.trusted !== undefined;
    ssh2.on('banner', bannerFilter({ isTrusted, show: input.onBanner, onFlood: ended }));
    ssh2.connect({
      sock: stream,
      username: config.user,
      readyTimeout: 0,
      keepaliveInterval: 0,
      strictVendor: false,
      // For sessions that forward the agent. The login has an agent client of its own.
      ...(config.forwardAgent && config.identityAgent !== undefined && { agent: config.identityAgent }),
      algorithms: toSsh2(proposal),
      hostVerifier: check.verifier,
      // ssh2 calls this when the server is ready for a login. `BuiltinUserauth` logs in from here on.
      authHandler: () => {
        const { trusted } = check;
        if (!negotiated || !trusted) return undefined;
        const { what, ...key } = trusted;
        const session = { ...key, id: sessionId(ssh2) };
        const hostKey = negotiated.serverHostKey + (what === 'certificate' ? certificateSuffix : '');
        resolve({ ssh2, userauth, negotiated, hostKey, serverVersion: hello?.version() ?? '', session });
        return undefined;
      },
    });
    changeOffer(ssh2, { serverHostKey: proposal.hostKeys });
    const enterHybrid = replaceStandIn(ssh2, () => new HybridExchange());
    onKeyExchange(ssh2, (exchange) => {
      replaceGroup(exchange, (prime, generator) => new ChosenGroup(prime, generator));
      enterHybrid(exchange);
      check.begin();
      acceptCertificate(exchange, check.setCertificate);
    });
    acceptAnyIdentification(ssh2);
    copyReceived(ssh2);
    const userauth = new BuiltinUserauth(ssh2, config.user);
    onDisconnectMessage(ssh2, (message) => ended(errorText(message), message));
    hello = recordHello(stream, input.onVersion);
  });
}

/** Why the connection ended, from whatever the server sent before. */
function endProblem(
  { config: { name: host }, proposal }: HandshakeInput,
  hello: ServerHello | undefined,
  negotiated: NegotiatedAlgorithms | undefined,
  detail: string,
): HostProblem {
  const server = hello?.offer();
  const lacking = server && !negotiated ? missing(proposal, server) : undefined;
  if (lacking) return { code: 'noCommonAlgorithm', host, ...lacking };
  return { code: 'handshakeEnded', host, detail: (hello?.version() ? '' : hello?.text()) || printable(detail) };
}

/** The trusted key or certificate. `what`: the key of a certificate may be trusted without the certificate. */
interface TrustedHostKey extends Pick<AgentSession, 'hostKey' | 'signature'> {
  readonly what: 'certificate' | 'key';
}

/** Answers ssh2's question whether a host key may be trusted. */
class HostKeyCheck {
  readonly #ssh2: Client;
  readonly #fail: (error: unknown) => void;
  readonly #verify: HandshakeInput['verifyHostKey'];
  /** What the server shows in this key exchange, if that is a certificate. */
  #certificate: Buffer | undefined;
  #trusted: TrustedHostKey | undefined;
  #isBroken = false;

  constructor(ssh2: Client, fail: (error: unknown) => void, verify: HandshakeInput['verifyHostKey']) {
    this.#ssh2 = ssh2;
    this.#fail = fail;
    this.#verify = verify;
    ssh2.once('error', () => (this.#isBroken = true));
  }

  /** The trusted key, and the server's signature of the first key exchange. */
  get trusted(): TrustedHostKey | undefined {
    return this.#trusted;
  }

  /** Each key exchange begins without a certificate. */
  begin(): void {
    this.#certificate = undefined;
  }

  readonly setCertificate = (certificate: Buffer): void => {
    this.#certificate = certificate;
  };

  /** CAUTION: ssh2 takes a returned promise for "yes", so the answer goes to the callback. */
  readonly verifier = (key: Buffer, answer: (isTrusted: boolean) => void): void => {
    // RACE: at a rekey the server sends on without waiting for us, so the answer must come at once.
    const shown = this.#certificate ?? key;
    if (this.#trusted?.hostKey.equals(shown)) {
      answer(true);
      return;
    }
    const signature = this.#trusted?.signature ?? exchangeSignature(this.#ssh2);
    const isTrusted = this.#verify(shown).then(
      (what) => {
        this.#trusted = { hostKey: Buffer.from(shown), signature, what };
        return true;
      },
      (error: unknown) => {
        this.#fail(error);
        return false;
      },
    );
    // CAUTION: ssh2 throws when the answer comes after an error of its own, such as a wrong exchange signature.
    void isTrusted.then((is) => (this.#isBroken ? undefined : answer(is)));
  };
}
