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

/** The labels that Docker Compose and podman-compose give their containers. */
export const composeLabels = [
  'com.docker.compose.project',
  'com.docker.compose.service',
  'com.docker.compose.container-number',
  'com.docker.compose.oneoff',
] as const;

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

/**
 * Commands about containers. docker(1) and podman(1) may block for ever, so they run under timeout(1) or not at all.
 *
 * CAUTION: a rootless podman makes folders in the user's home, so only a user who has containers may ask it.
 */
const containerLists = {
  // One process for each cgroup: with grep's file name before it, the path is the fourth field.
  cgroups:
    'set +f; grep -s -e "[-/][0-9a-f]\\{64\\}" -e /lxc -e /machine.slice/ -e /kubepods /proc/[0-9]*/cgroup | sort -t : -u -k 4',
  routes:
    'set +f; grep -s -e "" /proc/net/fib_trie /proc/net/if_inet6 /proc/net/route /proc/net/ipv6_route | head -c 262144',
  // The command line of a docker-proxy names both ends of a published port.
  proxies:
    'set +f; for f in $(grep -s -l -e "-container-port" /proc/[0-9]*/cmdline); do head -c 1024 $f | tr "\\000" " "; echo; done',
  dockerNames: `timeout 3 docker ps --no-trunc --format "[${[
    '{{json .ID}}',
    '{{json .Names}}',
    '{{json .Image}}',
    '{{json .Ports}}',
    ...composeLabels.map((label) => `{{json (.Label \\"${label}\\")}}`),
  ].join()}]"`,
  podmanNames:
    'timeout 3 podman ps --no-trunc --format "[{{json .ID}},{{json .Names}},{{json .Image}},{{json .Ports}},{{json .Labels}}]"',
} as const;

/** Commands about the networks of processes: `$f` are the files to read. The header of a table proves that the process lives. */
const networkLists = {
  tables: { files: ['tcp', 'tcp6'], command: 'grep -s -e ":0000 0A " -e "  sl " $f /dev/null; :' },
  addresses: {
    files: ['fib_trie', 'if_inet6'],
    command: 'grep -s -e "|--" -e "/32 host LOCAL" -e " 00 .. " $f /dev/null; :',
  },
} as const;

export type ListQuestion = keyof typeof lists;
export type OwnersQuestion = keyof typeof owners;
export type DetailQuestion = keyof typeof details;
export type ContainerQuestion = keyof typeof containerLists;
export type NetworkQuestion = keyof typeof networkLists;
export type Question =
  | 'times'
  | ListQuestion
  | OwnersQuestion
  | ContainerQuestion
  | `${DetailQuestion} ${number}`
  /** PIDs, separated by blanks. */
  | `${NetworkQuestion} ${string}`;

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
  // k: like l, but remembers the last answer to each question about containers separately, and never fails
  'k() { eval "v=\\$p_$1"; if [ "$q$c" = "$v" ]; then echo =; else eval "p_$1=\\$q\\$c"; a; fi; }',
  // n: sets $f to the network files of the processes in $q
  'n() { f=; for n in ${q#* }; do if d "$n"; then for y in "$@"; do f="$f /proc/$n/net/$y"; done; fi; done; }',
  'echo',
  `echo "${helloMark} $(uname -s) $(id -u) $(id -un)"`,
  `while IFS= read -r q; do case $q in ${[
    'times) echo times; times; echo .;;',
    ...Object.entries(lists).map(([name, command]) => `${name}) c=$(${command}); l;;`),
    ...Object.entries(owners).map(([name, command]) => `${name}) c=$(${command}); o;;`),
    ...Object.entries(details).map(([name, command]) => `"${name} "*) n=\${q#* }; d "$n" && c=$(${command}); o;;`),
    ...Object.entries(containerLists).map(([name, command]) => `${name}) c=$(${command}); k ${name};;`),
    ...Object.entries(networkLists).map(
      ([name, { files, command }]) => `"${name} "*) n ${files.join(' ')}; c=$(${command}); k ${name};;`,
    ),
    '*) echo "- 2";;',
  ].join(' ')} esac 2>/dev/null; done`,
].join('; ');

/** For any login shell. `env` sets the locale before `sh` starts, so that `${#c}` counts bytes. */
export const watchCommand = `exec env LC_ALL=C sh -c '${program}'`;

/** For cmd.exe and PowerShell as login shells: one run per poll. */
export const windowsListCommand = 'netstat -ano';
