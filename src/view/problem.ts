import type { Problem } from '../core/problem.ts';
import { harmless } from './harmless.ts';
import { containerTexts } from './problem/containers.ts';
import { configTexts } from './problem/config.ts';
import { hostKeyTexts } from './problem/hostKey.ts';
import { listeningTexts } from './problem/listening.ts';
import { loginTexts } from './problem/login.ts';
import { opensshTexts } from './problem/openssh.ts';
import { passingTexts } from './problem/passing.ts';
import { reachingTexts } from './problem/reaching.ts';
import type { ProblemText, Texts } from './problem/texts.ts';
import { trustTexts } from './problem/trust.ts';
import { typedTexts } from './problem/typed.ts';

/** The type checker holds this complete: a problem without words does not compile. */
const texts: Texts<Problem['code']> = {
  ...reachingTexts,
  ...hostKeyTexts,
  ...loginTexts,
  ...opensshTexts,
  ...configTexts,
  ...listeningTexts,
  ...passingTexts,
  ...containerTexts,
  ...trustTexts,
  ...typedTexts,
  noSocketFolder: ({ tried }) => ({
    brief: 'no temporary folder',
    what: `No folder of this machine can hold a socket of SSH Ports (${tried.join('; ') || 'all are too deep'}).`,
    next: 'Set TMPDIR to a short path in which you may write and run programs.',
  }),
  engineStopped: () => ({
    brief: 'starting again',
    what: 'The engine of SSH Ports stopped unexpectedly. All its forwards ended.',
    next: 'It starts again and opens them again by itself. The log says why it stopped.',
  }),
  browserMissing: () => ({
    brief: 'no browser',
    what: 'No browser that can use the host as its proxy was found on this machine.',
    next: 'Install Chrome, Edge, Chromium or Firefox, or name one in the setting sshPorts.browser.',
  }),
  unexpected: ({ detail }) => ({
    brief: 'unexpected error',
    what: `Something unexpected happened: ${detail}`,
    next: 'Please report it. The log has the details.',
  }),
};

const maxCharacters = 2000;

/** The words for every failure that reaches a person. SECURITY: a server may have chosen some of the facts. */
export function problemText(problem: Problem): ProblemText {
  const text = texts[problem.code] as (problem: Problem) => ProblemText;
  const made = text(harmless(problem));
  return made.what.length > maxCharacters ? { ...made, what: `${made.what.slice(0, maxCharacters)}…` } : made;
}
