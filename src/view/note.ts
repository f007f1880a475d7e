import type { Row } from './row.ts';

/** A row that says something and stands for nothing. */
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
