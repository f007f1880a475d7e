import { syntaxError } from './fields.ts';
import { readPort } from './services.ts';
import { splitShellWords } from './shellWords.ts';
import type { ForwardSpec } from './spec.ts';

/** Options that locate the resource or limit the wait for it. All take a value. SECURITY: `--token` is not among them, it is a secret. */
const valued = /^(?:-n|--namespace|--context|--cluster|--user|--kubeconfig|--as|-s|--server|--pod-running-timeout)$/;

/** SECURITY: a remote shell reads these words. None of their characters is special to a shell but a leading `~`. */
const plainWord = /^[\w.:/@=,+~-]+$/;

/**
 * Reads a pasted `kubectl port-forward [-n NS] TYPE/NAME [LOCAL:]REMOTE…`, which runs on the remote. Undefined if the line
 * is no such line.
 *
 * @throws UserError<CommandProblem | ForwardSyntaxProblem>
 */
export function kubectlForwards(line: string): readonly ForwardSpec[] | undefined {
  if (!/^(?:\S*\/)?kubectl\s(?:.*\s)?port-forward(?:\s|$)/.test(line)) return undefined;
  const { options, address, words } = readWords(line);
  const [verb, target, ...ports] = words;
  if (verb !== 'port-forward' || target === undefined || !/^\w[\w.-]*(?:\/\w[\w.-]*)?$/.test(target)) {
    throw syntaxError(line, line.indexOf(verb ?? ''), 'kubectlTarget');
  }
  if (ports.length === 0) throw syntaxError(line, line.length, 'port');
  return ports.map((word) => portForward(line, word, { target, address, options }));
}

interface Words {
  readonly options: readonly string[];
  /** Of --address; undefined means loopback, as with kubectl. */
  readonly address: string | undefined;
  readonly words: readonly string[];
}

function readWords(line: string): Words {
  const options: string[] = [];
  const words: string[] = [];
  let address: string | undefined;
  const rest = splitShellWords(line).slice(1);
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, long, short, inline] = /^(?:(--[a-z-]+)(?==|$)|(-[a-z]))=?(.+)?$/.exec(word) ?? [];
    const name = long ?? short;
    if (name === undefined && !word.startsWith('-')) {
      words.push(word);
      continue;
    }
    const value = inline ?? rest.shift() ?? '';
    const isKnown = name === '--address' ? /^[\da-f.:]+$|^localhost$/.test(value) : valued.test(name ?? '');
    if (name === undefined || !isKnown || !plainWord.test(value)) throw badOption(line, word);
    if (name !== '--address') options.push(name, value);
    else if (value !== 'localhost') address = value;
  }
  return { options, address, words };
}

function badOption(line: string, word: string): Error {
  return syntaxError(line, line.indexOf(word), 'kubectlOption');
}

/** A lone port is the local port too, and so is the port of a service's name. */
function portForward(
  line: string,
  word: string,
  { target, address, options }: { readonly target: string } & Omit<Words, 'words'>,
): ForwardSpec {
  const [, typed = '', port = ''] = /^(?:(\d*):)?(\d+|[a-z][a-z\d-]*)$/.exec(word) ?? [];
  const number = readPort(port);
  const local = Number(typed) === 0 ? number : readPort(typed);
  if (local === undefined || (/^\d/.test(port) && number === undefined)) {
    throw syntaxError(line, line.indexOf(word), 'port');
  }
  return {
    kind: 'local',
    bind: { kind: 'tcp', host: address, port: local },
    to: { kind: 'tcp', host: target, port: number ?? local },
    kubectl: { options, target, port },
  };
}
