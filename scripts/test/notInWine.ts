/** Unit tests that fail in Wine, and not for a fault of ours. */
export interface NotInWine {
  /** Below test/unit, without `.test.ts`. */
  readonly file: string;
  readonly names: readonly string[];
  /** The failure that is meant: every other one counts. */
  readonly error: RegExp;
  readonly because: string;
}

const noOwner = 'netstat finds the owner of a port, and Node in Wine reads no output of a child process';

/** All of them. A name that no test has fails the stage. */
export const notInWine: readonly NotInWine[] = [
  {
    file: 'forward/dynamic',
    names: [
      'curl reaches 127.0.0.1 by socks4, and the remote resolves names',
      'curl reaches dev.invalid by socks4a, and the remote resolves names',
      'curl reaches 127.0.0.1 by socks5, and the remote resolves names',
      'curl reaches [::1] by socks5, and the remote resolves names',
      'curl reaches dev.invalid by socks5h, and the remote resolves names',
      'the right password is accepted, and every other login is refused',
    ],
    error: /spawn curl ENOENT/,
    because: 'Wine has no curl',
  },
  {
    file: 'forward/listenProblem',
    names: ['a local port that another forward of ours has is not blamed on a program'],
    error: /^- 'Local port \d+ is taken by another forward of SSH Ports/m,
    because: noOwner,
  },
  {
    file: 'forward/local',
    names: [
      'a port in use on 127.0.0.1 is bound in neither family, and the error names its owner',
      'a port in use on ::1 is bound in neither family, and the error names its owner',
    ],
    error: /^-\s+isOurs: true/m,
    because: noOwner,
  },
];
