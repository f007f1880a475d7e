import type { TrustPlan } from '../core/front/certificates/trust.ts';

interface Question {
  readonly what: string;
  readonly detail: string;
  readonly yes: string;
}

/** The question before this user's browsers trust the authority. */
export function trustQuestion(plan: TrustPlan): Question {
  return {
    what: 'Trust the certificates of SSH Ports on this machine?',
    detail: `${placesText(plan)} will trust the authority in ${plan.file}. It can vouch for localhost, names below it and loopback addresses, and for nothing else. Nobody but you is affected. Browsers that run now need a restart.`,
    yes: 'Trust',
  };
}

export function distrustQuestion(plan: TrustPlan): Question {
  return {
    what: 'Stop trusting the certificates of SSH Ports?',
    detail: `${placesText(plan)} will forget the authority in ${plan.file}. HTTPS forwards go on, and browsers warn of them again.`,
    yes: 'Stop Trusting',
  };
}

/** mkcert manages its own authority. */
export function mkcertHint({ file }: TrustPlan): string {
  return `Certificates come from the authority of mkcert (${file}). Run “mkcert -install” to trust it, and “mkcert -uninstall” to stop.`;
}

/** A command to type into a terminal. The user decides whether it runs. */
export function systemStoreCommand({ file }: TrustPlan): string {
  const quoted = `'${file.replaceAll("'", `'\\''`)}'`;
  return `sudo install -m 644 ${quoted} /usr/local/share/ca-certificates/ssh-ports.crt && sudo update-ca-certificates`;
}

function placesText({ stores }: TrustPlan): string {
  const [first] = stores;
  if (first?.kind === 'keychain') return 'Your login keychain';
  if (first?.kind === 'windows') return 'Your user account';
  return `Your browsers (${stores.map(({ folder }) => folder).join(', ')})`;
}
