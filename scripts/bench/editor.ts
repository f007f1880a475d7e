import { once } from 'node:events';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import readline from 'node:readline';
import { start, stop } from '../../test/support/child.ts';
import { freePort } from '../../test/support/freePort.ts';
import { type BuildName, builds } from '../../test/support/vscode/builds.ts';
import { bundleTests } from '../pack/bundle.ts';
import { layOut } from '../pack/layOut.ts';
import { inRoot } from '../root.ts';
import type { Answer, Request } from './editorSuite.ts';
import type { EditorHost, Side, Site } from './group.ts';
import { answers } from './sides.ts';

/** The extension, as it is packed, in the extension host of a VS Code server. */
export function editor(build: BuildName): Side {
  const { vscode, node } = builds[build];
  return {
    name: `editor ${vscode.replace(/\.\d+$/, '')}, Node ${node.split('.')[0]}`,
    open: async (site) => {
      const to = { host: '127.0.0.1', port: await freePort() };
      const suite = await bundledSuite();
      const control = net.createServer().listen(0, '127.0.0.1');
      await once(control, 'listening');
      const env = {
        ...process.env,
        VSCODE_BUILD: build,
        BENCH_CONTROL: String((control.address() as AddressInfo).port),
        BENCH_CONFIG: withForward(site, to.port),
      };
      const args = [inRoot('test', 'support', 'vscode', 'code.mjs')];
      const options = [`--extensionDevelopmentPath=${extension()}`, `--extensionTestsPath=${suite}`];
      const child = start(process.execPath, [...args, ...options], { env, stdio: ['ignore', 'ignore', 'inherit'] });
      const ended = once(child, 'exit').then(([code]) => {
        throw new Error(`VS Code ${vscode} ended with ${code}`);
      });
      const [socket] = (await Promise.race([once(control, 'connection'), ended])) as [net.Socket];
      control.close();
      ended.catch(() => undefined);
      const host = await editorHost(socket);
      await answers(to, () => child.exitCode !== null);
      return { to, editor: host, close: () => stop(child) };
    },
  };
}

/** The package as it ships, without activation at startup: the suite measures the activation. */
function extension(): string {
  const folder = layOut();
  const file = path.join(folder, 'package.json');
  const manifest = JSON.parse(fs.readFileSync(file, 'utf8')) as object;
  fs.writeFileSync(file, JSON.stringify({ ...manifest, activationEvents: [] }));
  return folder;
}

let suiteFile: Promise<string> | undefined;

async function bundledSuite(): Promise<string> {
  suiteFile ??= (async () => {
    const folder = inRoot('out', 'bench', 'suite');
    await bundleTests([path.join(import.meta.dirname, 'editorSuite.ts')], import.meta.dirname, folder);
    return path.join(folder, 'editorSuite.cjs');
  })();
  return suiteFile;
}

/** The host's configuration with a LocalForward, which the extension opens when it connects. */
function withForward({ sshd, originPort }: Site, localPort: number): string {
  const file = path.join(sshd.folder, `forward-${localPort}`);
  const text = fs.readFileSync(sshd.configFile, 'utf8').trimEnd();
  fs.writeFileSync(file, `${text}\n  LocalForward 127.0.0.1:${localPort} 127.0.0.1:${originPort}\n`);
  return file;
}

/** Asks the suite inside the host: one line of JSON each way. */
async function editorHost(socket: net.Socket): Promise<EditorHost> {
  const lines = readline.createInterface({ input: socket })[Symbol.asyncIterator]();
  const next = async (): Promise<Answer> => {
    const line = await lines.next();
    if (line.done) throw new Error('the extension host has ended');
    const answer = JSON.parse(line.value) as Answer | { readonly error: string };
    if ('error' in answer) throw new Error(answer.error);
    return answer;
  };
  const ask = (request: Request): Promise<Answer> => {
    socket.write(`${JSON.stringify(request)}\n`);
    return next();
  };
  const { startMs = { load: Number.NaN, activate: Number.NaN } } = await next();
  return {
    startMs,
    loopDelay: async (work) => {
      await ask({ do: 'watchLoop' });
      await work();
      return (await ask({ do: 'tellLoop' })).p99Ms ?? Number.NaN;
    },
    whileBusy: async (work) => {
      await ask({ do: 'beBusy' });
      try {
        return await work();
      } finally {
        await ask({ do: 'beIdle' });
      }
    },
  };
}
