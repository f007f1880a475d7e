import os from 'node:os';
import type { ForwardSpec } from './spec.ts';

/** The same forward, with a tilde at the start of its argument expanded: a shell does this before ssh(1) sees it. */
export function withHome<T extends ForwardSpec>(spec: T): T {
  const { bind } = spec;
  if (bind.kind !== 'unix' || !bind.path.startsWith('~/')) return spec;
  return { ...spec, bind: { ...bind, path: `${os.homedir()}${bind.path.slice(1)}` } };
}
