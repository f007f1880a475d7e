import type { Action, Fault, Hop, HopState } from './hop.ts';
import type { ForwardPath } from './path.ts';

/** A message to the webview: the path to draw, or the hint to show without a path. */
export interface ShowPath {
  readonly kind: 'show';
  readonly path?: ForwardPath;
  readonly hint: string;
}

/** A message from the webview: it is ready to draw, or the user pressed a button. */
export type PathRequest = { readonly kind: 'ready' } | { readonly kind: 'act'; readonly id: string };

/** Undefined when the value is not such a message. */
export function readShow(value: unknown): ShowPath | undefined {
  return isObject(value) && value['kind'] === 'show' && isText(value['hint']) && isOptional(value['path'], isPath)
    ? (value as unknown as ShowPath)
    : undefined;
}

/** Undefined when the value is not such a message. */
export function readRequest(value: unknown): PathRequest | undefined {
  if (!isObject(value)) return undefined;
  if (value['kind'] === 'ready') return { kind: 'ready' };
  return value['kind'] === 'act' && isText(value['id']) ? { kind: 'act', id: value['id'] } : undefined;
}

type Check = (value: unknown) => boolean;

function isPath(value: unknown): value is ForwardPath {
  return (
    isObject(value) &&
    isText(value['title']) &&
    isText(value['tab']) &&
    isText(value['verdict']) &&
    isState(value['state']) &&
    isList(value['hops'], isHop)
  );
}

function isHop(value: unknown): value is Hop {
  return (
    isObject(value) &&
    [value['kind'], value['title'], value['place']].every(isText) &&
    isState(value['state']) &&
    isList(value['facts'], isText) &&
    isOptional(value['fault'], isFault) &&
    isList(value['actions'], isAction)
  );
}

function isFault(value: unknown): value is Fault {
  return isObject(value) && [value['code'], value['what'], value['next']].every(isText);
}

function isAction(value: unknown): value is Action {
  return isObject(value) && isText(value['id']) && isText(value['label']);
}

function isState(value: unknown): value is HopState {
  return isText(value) && ['ok', 'busy', 'stopped', 'broken', 'unknown'].includes(value);
}

function isOptional(value: unknown, check: Check): boolean {
  return value === undefined || check(value);
}

function isList(value: unknown, check: Check): boolean {
  return Array.isArray(value) && value.every(check);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
