/** A script of OpenSSH that concerns a client that forwards. REGRESS.md has the others, with the reason. */
export interface Script {
  readonly name: string;
  /** Failures, as `what was tried: FAIL: what was wrong`, that are about something else. */
  readonly except?: { readonly failures: RegExp; readonly because: string };
}

const remoteCommands = 'a forwarder runs no remote command, so a forced command changes nothing';

export const scripts: readonly Script[] = [
  { name: 'cert-hostkey' },
  { name: 'cert-userkey', except: { failures: /command/u, because: remoteCommands } },
  { name: 'try-ciphers' },
  { name: 'integrity' },
  { name: 'percent', except: { failures: /localcommand/u, because: 'we run no LocalCommand' } },
  { name: 'keytype' },
  { name: 'multipubkey' },
  {
    name: 'sshcfgparse',
    except: {
      failures: /ssh -W opts: FAIL: (?:exitonforwardfailure|clearallforwardings) (?:enable|override)/u,
      because: 'we have no -W',
    },
  },
  { name: 'cert-file' },
  { name: 'addrmatch' },
  { name: 'allow-deny-users' },
  { name: 'broken-pipe' },
  { name: 'portnum' },
];
