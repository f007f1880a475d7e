import type { HostKeyQuestion } from '../core/ssh/prompts.ts';
import { certificateFaultText } from './certificateFaultText.ts';

/** What a person should know of a host key besides its fingerprint, as sentences. */
export function hostKeyHints({ certificateFault, isInDns }: HostKeyQuestion): readonly string[] {
  return [
    ...(certificateFault ? [`The host certificate does not count: ${certificateFaultText(certificateFault)}.`] : []),
    ...(isInDns === undefined ? [] : [`DNS ${isInDns ? 'confirms' : 'does not confirm'} this fingerprint.`]),
  ];
}
