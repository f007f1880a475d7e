/**
 * The program that runs on the remote: it blocks in `read` and answers each line that the client sends, so nothing of
 * it outlives the channel. One line of constant text, without a single quote, `!` or doubled backslash inside, so that
 * bash, dash, zsh, fish, tcsh, mksh and busybox hand it to `sh` unchanged.
 *
 * Answers: `=` (the list is the same as last time), `+ LENGTH` with that many bytes and a newline after it, or
 * `- STATUS` (the command failed). To `times`: `times`, the lines of that special built-in of POSIX sh, then `.`.
 */

/** Begins the first line that is ours; a login shell may print anything before. `uname`, uid and user name follow. */
export const helloMark = 'SSHPORTS1';

/** What listens. Cheap, for every poll. */
const lists = {
  // Not -l, which asks for closed sockets too: for these the kernel goes through the table of all connections.
  ss: 'ss -tne state listening',
  proc: '[ -r /proc/net/tcp ] && { cat /proc/net/tcp /proc/net/tcp6 | grep ":0000 0A "; :; }',
  netstatLinux: 'netstat -tlne || netstat -tln',
  netstatBsd: 'command -v netstat >/dev/null && { netstat -an -p tcp | grep LISTEN; :; }',
  netstatWindows: 'command -v netstat >/dev/null && { netstat -ano | grep ":0  "; :; }',
  // lsof ends with 1 when nothing listens.
  lsof: 'command -v lsof >/dev/null && { lsof -nP -iTCP -sTCP:LISTEN -F pctLn; :; }',
  sockstat: 'sockstat -46l -P tcp',
} as const;

/** Which process has which socket. Dear, so only for what changed. */
const owners = {
  ssOwners: 'ss -tlnp',
  procOwners: 'set +f; ls -l /proc/[0-9]*/fd | grep -e "^/proc" -e "socket:"; set -f',
  netstatOwners: 'netstat -tlnp',
  lsofOwners: lists.lsof,
  sockstatOwners: lists.sockstat,
} as const;

/** Questions about process `$n`. */
const details = {
  command:
    'if [ -r "/proc/$n/cmdline" ]; then head -c 4096 "/proc/$n/cmdline" | tr "\\n\\000" " \\n"; else ps -ww -o command= -p "$n" | head -c 4096; fi',
  directory: 'if [ -d /proc/self ]; then readlink "/proc/$n/cwd"; else lsof -a -d cwd -p "$n" -F n | head -c 2048; fi',
  user: 'stat -c %U "/proc/$n" || ps -o user= -p "$n"',
  cgroup: 'head -c 1024 "/proc/$n/cgroup"',
  name: 'head -c 64 "/proc/$n/comm" || ps -o comm= -p "$n"',
} as const;

export type ListQuestion = keyof typeof lists;
export type OwnersQuestion = keyof typeof owners;
export type DetailQuestion = keyof typeof details;
export type Question = 'times' | ListQuestion | OwnersQuestion | `${DetailQuestion} ${number}`;

const program = [
  'PATH=$PATH:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/sbin',
  'export PATH',
  'set -f',
  'p=',
  // d: is it a number? Positive patterns only, for `[!…]` would be history to tcsh.
  'd() { y=$1; while :; do case $y in [0-9]*) y=${y#?};; *) break;; esac; done; [ -n "$1" ] && [ -z "$y" ]; }',
  'a() { echo "+ ${#c}"; printf "%s\\n" "$c"; }',
  'l() { s=$?; if [ $s -gt 0 ]; then echo "- $s"; elif [ "$q$c" = "$p" ]; then echo =; else p=$q$c; a; fi; }',
  'o() { s=$?; if [ $s -gt 0 ]; then echo "- $s"; else a; fi; }',
  'echo',
  `echo "${helloMark} $(uname -s) $(id -u) $(id -un)"`,
  `while IFS= read -r q; do case $q in ${[
    'times) echo times; times; echo .;;',
    ...Object.entries(lists).map(([name, command]) => `${name}) c=$(${command}); l;;`),
    ...Object.entries(owners).map(([name, command]) => `${name}) c=$(${command}); o;;`),
    ...Object.entries(details).map(([name, command]) => `"${name} "*) n=\${q#* }; d "$n" && c=$(${command}); o;;`),
    '*) echo "- 2";;',
  ].join(' ')} esac 2>/dev/null; done`,
].join('; ');

/** For the login shell, whichever it is. `env`, because `${#c}` must count bytes from the very start. */
export const watchCommand = `exec env LC_ALL=C sh -c '${program}'`;

/** For a remote whose login shell is none of Unix: one run a poll, for cmd.exe and PowerShell alike. */
export const windowsListCommand = 'netstat -ano';
