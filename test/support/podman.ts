import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { start, stop } from './child.ts';
import { until } from './until.ts';

/** A real podman, with storage, network and mounts of its own. Its one image has busybox alone, made without a registry. */
export interface Podman {
  /** What runs a program in its network and mounts: a command and its arguments. */
  readonly runner: readonly [string, ...string[]];
  /** What a login needs in its environment so that its podman is this one. */
  readonly environment: string;
  /** Starts a container that serves HTTP at a port. */
  serve(name: string, port: number | `127.0.0.1:${number}`, options?: readonly string[]): void;
  remove(name: string): void;
  stop(): Promise<void>;
}

/** Starts podman, or says why this machine cannot run one. */
export async function startPodman(): Promise<Podman | string> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'podman as root needs Linux and root';
  if (spawnSync('podman', ['--version']).status !== 0) return 'podman is not installed';
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'podman-'));
  const { holder, runner } = await ownMachine(folder);
  const podman = (...args: readonly string[]): string => {
    const command = [...runner, 'podman', '--cgroup-manager=cgroupfs', ...args];
    return execFileSync(command[0] ?? '', command.slice(1), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  };
  const serve: Podman['serve'] = (name, port, options = []) => {
    const server = ['/bin/busybox', 'httpd', '-f', '-h', '/www', '-p', String(port)];
    // More than the limits of this process needs a right that a container of CI lacks.
    const limits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'];
    podman('run', '--detach', '--name', name, ...limits, ...options, 'busybox', ...server);
  };
  const end = async (): Promise<void> => {
    spawnSync(runner[0], [...runner.slice(1), 'podman', 'rm', '--all', '--force', '--time=0']);
    await stop(holder);
    fs.rmSync(folder, { recursive: true, force: true });
  };
  try {
    podman('import', busyboxImage(folder), 'busybox');
    serve('probe', 80);
    podman('rm', '--force', '--time=0', 'probe');
  } catch (error) {
    await end();
    return `podman cannot run here: ${String(error).split('\n').findLast(Boolean)}`;
  }
  return {
    runner,
    environment: runner.at(-1) ?? '',
    serve,
    remove: (name) => void podman('rm', '--force', '--time=0', name),
    stop: end,
  };
}

/** A process with a network and mounts of its own. In them, podman keeps everything below `folder`. */
async function ownMachine(folder: string): Promise<{ holder: ChildProcess; runner: readonly [string, ...string[]] }> {
  const storage = path.join(folder, 'storage.conf');
  const [graph, run] = [path.join(folder, 'graph'), path.join(folder, 'run')];
  fs.writeFileSync(storage, `[storage]\ndriver = "vfs"\ngraphroot = "${graph}"\nrunroot = "${run}"\n`);
  // crun refuses version 2 of cgroups beside version 1 (cgroups(7)).
  const prepare = 'ip link set lo up; umount /sys/fs/cgroup/unified 2>/dev/null; exec sleep 900';
  const holder = start('unshare', ['--net', '--mount', 'sh', '-c', prepare]);
  await until('its machine', () => fs.readFileSync(`/proc/${holder.pid}/comm`, 'utf8').trim() === 'sleep');
  const spaces = ['net', 'mnt'].map((kind) => `--${kind === 'mnt' ? 'mount' : kind}=/proc/${holder.pid}/ns/${kind}`);
  return { holder, runner: ['nsenter', ...spaces, 'env', `CONTAINERS_STORAGE_CONF=${storage}`] };
}

/** An archive with busybox and the libraries that it needs, as ldd(1) lists them. */
function busyboxImage(folder: string): string {
  const root = path.join(folder, 'root');
  const busybox = '/bin/busybox';
  const { stdout } = spawnSync('ldd', [busybox], { encoding: 'utf8' });
  const libraries = [...stdout.matchAll(/(?:=> )?(\/\S+) \(/g)].flatMap(([, file]) => file ?? []);
  for (const file of [busybox, ...libraries]) {
    fs.mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    fs.copyFileSync(file, path.join(root, file));
  }
  for (const name of ['sh', 'nc']) fs.symlinkSync('busybox', path.join(root, 'bin', name));
  fs.mkdirSync(path.join(root, 'www'));
  fs.writeFileSync(path.join(root, 'www', 'index.html'), 'from the container\n');
  const archive = path.join(folder, 'busybox.tar');
  execFileSync('tar', ['-C', root, '-cf', archive, '.']);
  return archive;
}
