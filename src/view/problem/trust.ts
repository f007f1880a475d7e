import type { TrustProblem } from '../../core/front/certificates/trust.ts';
import type { Texts } from './texts.ts';

/** Trust Local Certificates and its opposite. */
export const trustTexts: Texts<TrustProblem['code']> = {
  trustToolMissing: ({ program }) => ({
    brief: `no ${program}`,
    what: `This needs the program ${program}, which was not found.`,
    next: 'On Debian and Ubuntu it is in the package libnss3-tools, on Fedora in nss-tools.',
  }),
  trustFailed: ({ detail }) => ({
    brief: 'not trusted',
    what: `The certificates could not be trusted: ${detail}`,
    next: 'Close the browsers and try again.',
  }),
};
