import type { BeyondBuiltin } from '../../core/ssh/connection.ts';
import { loginTexts } from './login.ts';
import { reachingTexts } from './reaching.ts';
import type { ProblemText, Texts } from './texts.ts';

/** The system's ssh as the second transport. */
export const opensshTexts: Texts<'opensshMissing'> = {
  opensshMissing: ({ why, lacking }) => {
    const { brief, what } = lackingText(lacking);
    return { brief, what: `${what} The system’s ssh could go on, but ${reasons[why]}.`, next: remedies[why] };
  },
};

function lackingText(lacking: BeyondBuiltin): ProblemText {
  switch (lacking.code) {
    case 'authFailed':
      return loginTexts.authFailed(lacking);
    case 'noCommonAlgorithm':
      return reachingTexts.noCommonAlgorithm(lacking);
  }
}

const reasons = {
  notFound: 'the PATH has no ssh',
  noControlMaster: 'the ssh of Windows cannot share a connection (ControlMaster)',
} as const;

const remedies = {
  notFound: 'Install the OpenSSH client.',
  noControlMaster: 'Load the key into an agent, allow another algorithm on the server, or work in WSL.',
} as const;
