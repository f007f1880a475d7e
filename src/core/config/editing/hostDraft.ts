import { UserError } from '../../../base/userError.ts';
import type { SshCommand } from '../../spec/command.ts';
import { isCommandText } from '../../spec/commandLine.ts';
import { commandError } from '../../spec/commandProblem.ts';
import { parsePasted } from '../../spec/pasted.ts';
import type { ForwardSpec } from '../../spec/spec.ts';
import { atPlace, BadValue } from '../badValue.ts';
import type { ConfigProblem } from '../hostConfig.ts';
import { readDestination } from '../../spec/destination.ts';
import { checkHostName, checkUserName } from '../../spec/names.ts';
import { readSetting } from '../reading/read.ts';
import { Arguments, splitLine } from '../reading/syntax.ts';
import { takesRestOfLine } from '../keywords/keywords.ts';
import { Values } from '../keywords/values.ts';
import { realEnvironment } from '../environment.ts';
import { addForward, addHost, type HostBlock } from './write.ts';

/** A new Host block, still without its alias. */
export interface HostDraft {
  /** As the user typed it. */
  readonly host: string;
  readonly settings: HostBlock['settings'];
  readonly forwards: readonly ForwardSpec[];
}

/**
 * The block that makes `ssh ALIAS` do the same as a pasted `ssh` command, or reach a typed `me@box:2222`.
 *
 * @param aliases the hosts that already have a block
 * @throws UserError<ConfigProblem | CommandProblem | ForwardSyntaxProblem>
 */
export function draftHost(text: string, aliases: readonly string[]): HostDraft {
  const isCommand = isCommandText(text) || /\S\s+\S/.test(text);
  const { host, user, port, options, forwards } = isCommand
    ? commandOf(text)
    : { ...readDestination(text.trim()), options: [], forwards: [] };
  checkHostName(host);
  if (user !== undefined) checkUserName(user);
  checkFree(host, aliases);
  const settings = options.map((option) => withName(readOption(option), host));
  const isNamed = settings.some(([keyword]) => keyword.toLowerCase() === 'hostname');
  return {
    host,
    settings: [
      ...(isNamed ? [] : [['HostName', host.replaceAll('%', '%%')] as const]),
      ...(user === undefined ? [] : [['User', user] as const]),
      ...(port === undefined ? [] : [['Port', String(port)] as const]),
      ...settings,
    ],
    forwards,
  };
}

/** Adds the block to the text. @throws UserError<ConfigProblem> for an alias that is taken or not allowed */
export function addDraft(text: string, alias: string, draft: HostDraft, aliases: readonly string[]): string {
  checkFree(alias, aliases);
  return draft.forwards.reduce(
    (before, spec) => addForward(before, alias, spec),
    addHost(text, { name: alias, settings: draft.settings }),
  );
}

/** A short free name: `box` for box.example.com. */
export function proposeAlias({ host }: HostDraft, aliases: readonly string[]): string {
  const isAddress = /^[\d.]+$|:/.test(host);
  const short = isAddress ? host.replaceAll(':', '-').replace(/^-+/, 'ip-') : (host.split('.')[0] ?? host);
  const free = [short, host, ...aliases.map((_, index) => `${short}-${index + 2}`)];
  return free.find((name) => !aliases.includes(name) && !name.includes(':')) ?? short;
}

function checkFree(name: string, aliases: readonly string[]): void {
  if (aliases.includes(name)) throw new UserError<ConfigProblem>({ code: 'hostExists', name });
}

function commandOf(text: string): SshCommand & { readonly host: string } {
  const command = parsePasted(text);
  if (command.host !== undefined) return { ...command, host: command.host };
  throw commandError('noDestination', '');
}

/** In HostName, %h is the host of the command (ssh_config(5) TOKENS). The alias would change it, so it is expanded here. */
function withName([keyword, ...words]: HostBlock['settings'][number], host: string): HostBlock['settings'][number] {
  if (keyword.toLowerCase() !== 'hostname') return [keyword, ...words];
  const escaped = host.replaceAll('%', '%%');
  return [keyword, ...words.map((word) => word.replaceAll(/%[%h]/g, (token) => (token === '%h' ? escaped : token)))];
}

/** Checks a line of -o, because OpenSSH refuses the whole file for one bad value. */
function readOption(option: string): HostBlock['settings'][number] {
  const place = { file: 'command-line', line: 0 };
  try {
    const line = splitLine(option, place);
    if (!line) throw new BadValue(`no setting in ${option}`);
    readSetting(line, { origin: 'user', isActive: true }, new Values(), realEnvironment({}));
    const [keyword = ''] = /[a-z\d]+/i.exec(option) ?? [];
    return [keyword, ...(takesRestOfLine(keyword) ? [line.rest] : new Arguments(line.rest).takeAll())];
  } catch (error) {
    throw atPlace(place, error);
  }
}
