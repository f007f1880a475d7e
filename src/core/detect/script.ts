/**
 * The program that runs on the remote. It blocks in `read` and answers each line of the client, so it never outlives the
 * channel.
 *
 * CAUTION: it is one line of constant text without single quotes, `!` and doubled backslashes. Only then do bash, dash, zsh,
 * fish, tcsh, mksh and busybox pass it to `sh` unchanged. SECURITY: no data is ever interpolated into it.
 *
 * Answers: `=` (the list has not changed), `+ LENGTH` followed by that many bytes and a newline, or `- STATUS` (the command
 * failed). The answer to `times` is `times`, the output of that POSIX built-in, and `.`.
 */

/** Starts our first line, which has `uname`, uid and user name. A login shell may print any text before it. */
export const helloMark = 'SSHPORTS1';

/** Commands that list the listening sockets. They are cheap enough for every poll. */
const lists = {
  // CAUTION: -l includes closed sockets, for which the kernel walks the table of all connections.
  ss: 'ss -tne state listening',
  proc: '[ -r /proc/net/tcp ] && { cat /proc/net/tcp /proc/net/tcp6 | grep ":0000 0A "; :; }',
  netstatLinux: 'netstat -tlne || netstat -tln',
  netstatBsd: 'command -v netstat >/dev/null && { netstat -an -p tcp | grep LISTEN; :; }',
  netstatWindows: 'command -v netstat >/dev/null && { netstat -ano | grep ":0  "; :; }',
  // lsof exits with 1 if no socket listens.
  lsof: 'command -v lsof >/dev/null && { lsof -nP -iTCP -sTCP:LISTEN -F pctLn; :; }',
  sockstat: 'sockstat -46l -P tcp',
} as const;

/** Commands that list the process of each socket. They are expensive, so they run after a change only. */
const owners = {
  ssOwners: 'ss -tlnp',
  procOwners: 'set +f; ls -l /proc/[0-9]*/fd | grep -e "^/proc" -e "socket:"; set -f',
  netstatOwners: 'netstat -tlnp',
  lsofOwners: lists.lsof,
  sockstatOwners: lists.sockstat,
} as const;

/** Commands that describe process `$n`. */
const details = {
  command:
    'if [ -r "/proc/$n/cmdline" ]; then head -c 4096 "/proc/$n/cmdline" | tr "\\n\\000" " \\n"; else ps -ww -o command= -p "$n" | head -c 4096; fi',
  directory: 'if [ -d /proc/self ]; then readlink "/proc/$n/cwd"; else lsof -a -d cwd -p "$n" -F n | head -c 2048; fi',
  user: 'stat -c %U "/proc/$n" || ps -o user= -p "$n"',
  cgroup: 'head -c 1024 "/proc/$n/cgroup"',
  family: 'head -c 512 "/proc/$n/stat" || ps -o ppid= -o pgid= -p "$n"',
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
  // d: is it a number? CAUTION: positive patterns only, because tcsh expands `!` as history.
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

/** For any login shell. `env` sets the locale before `sh` starts, so that `${#c}` counts bytes. */
export const watchCommand = `exec env LC_ALL=C sh -c '${program}'`;

/** For cmd.exe and PowerShell as login shells: one run per poll. */
export const windowsListCommand = 'netstat -ano';
