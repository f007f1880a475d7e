import type { Row } from './row.ts';

/** A row with a message, without a host, port or forward behind it. */
export function note(id: string, icon: string, color: string | undefined, label: string, tooltip: string): Row {
  return {
    id,
    label,
    description: '',
    tooltip,
    icon: { id: icon, ...(color && { color }) },
    context: 'note',
    fold: 'none',
    children: [],
  };
}
