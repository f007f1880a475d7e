import type { CertificateFault } from '../core/ssh/certificateFault.ts';

/** Why a host certificate does not count, as a clause. */
export function certificateFaultText(fault: CertificateFault): string {
  return TEXTS[fault];
}

const TEXTS: Readonly<Record<CertificateFault, string>> = {
  notHost: 'it is not a host certificate',
  notYetValid: 'it is not yet valid',
  expired: 'it has expired',
  otherHost: 'its principals do not include the name of this host',
  criticalOption: 'it has a critical option that is not supported',
  signatureAlgorithm: 'CASignatureAlgorithms does not allow its signature',
  otherAuthority: 'its certificate authority is not in your known_hosts',
  badSignature: 'the signature of its certificate authority is wrong',
  malformed: 'it cannot be read',
};
