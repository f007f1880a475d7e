import { BadValue, type Place } from '../badValue.ts';

/** One line of a configuration: `keyword` in lower case, and `rest` as written behind it. */
export interface Line extends Place {
  readonly keyword: string;
  readonly rest: string;
}

/**
 * Splits a line as OpenSSH does. White space, or one `=` with white space around it, separates the keyword from its
 * arguments. The keyword may have double quotes. Undefined for a blank line and a comment.
 *
 * @throws BadValue when nothing follows the keyword
 */
export function splitLine(text: string, place: Place): Line | undefined {
  const trimmed = trimEnd(text);
  let token = nextToken(trimmed);
  if (token?.text === '') token = nextToken(token.rest ?? '');
  if (!token?.text || token.text.startsWith('#')) return undefined;
  const keyword = token.text.toLowerCase();
  const rest = token.rest?.replace(/^[ \t\r\n]+/, '');
  if (!rest) throw new BadValue(`no argument after ${keyword}`);
  return { ...place, keyword, rest };
}

/** A form feed is white space only at the end of a line. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 1 && ' \t\r\n\f'.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Undefined for a quote that never closes: OpenSSH ignores that line. */
function nextToken(text: string): { readonly text: string; readonly rest?: string } | undefined {
  const end = text.search(/[ \t\r\n"=]/);
  if (end < 0) return { text };
  const head = text.slice(0, end);
  if (text[end] === '"') {
    const close = text.indexOf('"', end + 1);
    if (close < 0) return undefined;
    return { text: head + text.slice(end + 1, close), rest: text.slice(close + 1).replace(/^[ \t\r\n]+/, '') };
  }
  const rest = text.slice(end + 1).replace(/^[ \t\r\n]+/, '');
  return { text: head, rest: text[end] === '=' ? rest : rest.replace(/^=[ \t\r\n]*/, '') };
}

/**
 * Splits the text behind a keyword into arguments. It knows single and double quotes, the escapes `\\ \" \'` and, outside
 * quotes, `\ `. An argument that starts with `#` ends the line.
 *
 * @throws BadValue for a quote that never closes
 */
export function splitArguments(text: string): string[] {
  const found: string[] = [];
  let at = 0;
  for (;;) {
    while (text[at] === ' ' || text[at] === '\t') at++;
    if (at >= text.length || text[at] === '#') return found;
    const [argument, next] = readArgument(text, at);
    found.push(argument);
    at = next;
  }
}

function readArgument(text: string, start: number): [argument: string, next: number] {
  let argument = '';
  let quote = '';
  let at = start;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    const next = text.charAt(at + 1);
    if (character === '\\' && (/^["'\\]$/.test(next) || (!quote && next === ' '))) {
      argument += next;
      at++;
    } else if (quote) {
      if (character === quote) quote = '';
      else argument += character;
    } else if (character === ' ' || character === '\t') {
      break;
    } else if (character === '"' || character === "'") {
      quote = character;
    } else {
      argument += character;
    }
  }
  if (quote) throw new BadValue('a quote is not closed');
  return [argument, at];
}

/** The arguments of a line, to be taken one by one. */
export class Arguments {
  /** The line behind the keyword as written. Commands take it. */
  readonly rest: string;
  readonly #words: readonly string[];
  #taken = 0;

  constructor(rest: string) {
    this.rest = rest;
    this.#words = splitArguments(rest);
  }

  get left(): number {
    return this.#words.length - this.#taken;
  }

  /** The next argument. @throws BadValue when it is missing or empty */
  next(): string {
    const word = this.take();
    if (!word) throw new BadValue('an argument is missing');
    return word;
  }

  /** The next argument, which may be empty. */
  take(): string | undefined {
    return this.#words[this.#taken++];
  }

  takeAll(): readonly string[] {
    const all = this.#words.slice(this.#taken);
    this.#taken = this.#words.length;
    return all;
  }
}
