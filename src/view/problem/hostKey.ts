import { certificateFaultText } from '../certificateFaultText.ts';
import { keyName } from '../keyName.ts';
import { removeHostKey } from '../problemFixes.ts';
import type { Texts } from './texts.ts';

/** Whether the server is the one that it says it is. */
export const hostKeyTexts: Texts<
  'hostKeyUnknown' | 'hostKeyChanged' | 'hostKeyRevoked' | 'hostKeyTooShort' | 'hostCertificateInvalid'
> = {
  hostKeyUnknown: ({ host, keyType, fingerprint }) => ({
    brief: 'unknown host key',
    what: `The ${keyName(keyType)} key of ${host} (${fingerprint}) is not in your known_hosts.`,
    next: 'Connect again, and accept the key if the fingerprint is right.',
  }),
  hostKeyChanged: ({ host, keyType, fingerprint, file, line, lookup }) => ({
    brief: 'host key changed',
    what: `The host key of ${host} has CHANGED: ${keyName(keyType)} ${fingerprint} is not the key in ${file}, line ${line}. Somebody may be listening in.`,
    next: `If you know why the key changed, run: ${removeHostKey(file, lookup)}`,
  }),
  hostKeyRevoked: ({ host, fingerprint, file, line }) => ({
    brief: 'host key revoked',
    what: `${file}${line > 0 ? `, line ${line},` : ''} revokes the host key of ${host} (${fingerprint}).`,
    next: 'Do not connect. Ask the administrator of the server for its new key.',
  }),
  hostKeyTooShort: ({ host, bits, required }) => ({
    brief: 'host key too short',
    what: `The RSA key of ${host} has ${bits} bits, and RequiredRSASize wants ${required}.`,
    next: 'Give the server another key, or change RequiredRSASize in the SSH configuration.',
  }),
  hostCertificateInvalid: ({ host, keyType, fingerprint, fault }) => ({
    brief: 'invalid host certificate',
    what: `The certificate of ${host} (${keyName(keyType)} key ${fingerprint}) does not count: ${certificateFaultText(fault)}.`,
    next: 'Ask the administrator of the server for a valid certificate.',
  }),
};
