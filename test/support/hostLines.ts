import { placeOf, type PortPlace } from '../../src/core/detect/place.ts';
import type { HostChangeJson, HostJson } from '../../src/view/hostJson.ts';

const nothing: HostJson = {
  name: '',
  source: { kind: 'typed' },
  link: { kind: 'idle' },
  detection: { kind: 'off' },
  listeners: [],
  forwards: [],
};

/** The host that lines of `--json` tell of. */
export function readHost(lines: readonly string[]): HostJson {
  return lines.map((line) => JSON.parse(line) as HostChangeJson).reduce(taken, nothing);
}

function taken(host: HostJson, { listeners = [], forwards = [], gone = {}, ...fields }: HostChangeJson): HostJson {
  const portOf = ({ listener }: HostJson['listeners'][number]): PortPlace => placeOf(listener);
  const idOf = ({ id }: HostJson['forwards'][number]): string => id;
  const kept = Object.entries(host).filter(([name]) => !gone.fields?.includes(name));
  return {
    ...(Object.fromEntries(kept) as unknown as HostJson),
    ...fields,
    listeners: merged(host.listeners, listeners, portOf, gone.listeners),
    forwards: merged(host.forwards, forwards, idOf, gone.forwards),
  };
}

function merged<T, K>(
  before: readonly T[],
  changed: readonly T[],
  keyOf: (item: T) => K,
  gone: readonly K[] = [],
): readonly T[] {
  const items = new Map([...before, ...changed].map((item) => [keyOf(item), item]));
  for (const key of gone) items.delete(key);
  return [...items.values()];
}
