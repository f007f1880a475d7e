import type { CertificateFault } from '../certificateFault.ts';
import { type Certificate, certificateSuffix, parseCertificate } from '../keys/certificate.ts';
import { keyTypeOf } from '../keys/keys.ts';
import { verifiedAlgorithm } from '../keys/verify.ts';

/** A certificate whose signature is the authority's. Whether that authority may speak for a host is not said. */
export interface SignedCertificate extends Certificate {
  readonly signatureAlgorithm: string;
}

/** Undefined for a plain key. */
export function readHostCertificate(blob: Buffer): SignedCertificate | CertificateFault | undefined {
  if (!keyTypeOf(blob).endsWith(certificateSuffix)) return undefined;
  const certificate = parseCertificate(blob);
  if (!certificate) return 'malformed';
  const { authority, signed, signature } = certificate;
  const signatureAlgorithm = verifiedAlgorithm(authority, signed, signature);
  return signatureAlgorithm === undefined ? 'badSignature' : { ...certificate, signatureAlgorithm };
}

/**
 * Why a certificate by an authority of the host is no proof, in the order of ssh(1). Undefined for a valid one.
 *
 * @param host in lower case, as ssh(1) compares it. No pattern: ssh(1) expands none in a principal
 */
export function certificateFault(
  { kind, validAfter, validBefore, principals, criticalOptions, signatureAlgorithm }: SignedCertificate,
  host: string,
  signatureAlgorithms: readonly string[],
): CertificateFault | undefined {
  const seconds = BigInt(Math.floor(Date.now() / 1000));
  if (kind !== 'host') return 'notHost';
  if (seconds < validAfter) return 'notYetValid';
  if (seconds >= validBefore) return 'expired';
  if (principals.length > 0 && !principals.includes(host)) return 'otherHost';
  if (criticalOptions.length > 0) return 'criticalOption';
  if (!signatureAlgorithms.includes(signatureAlgorithm)) return 'signatureAlgorithm';
  return undefined;
}
