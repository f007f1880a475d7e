import type { Compared, Verdict } from './compare.ts';

const order: readonly Verdict[] = ['differs', 'mended', 'pending', 'meant', 'notHere', 'same'];

const titles: Readonly<Record<Verdict, string>> = {
  differs: 'different, and no row says why',
  mended: 'marked as pending, and the same: remove the mark',
  pending: 'different, to be mended',
  meant: 'different for a reason',
  notHere: 'not tried here',
  same: 'the same',
};

/** The rows by verdict, what needs work first, and a line of counts. */
export function table(compared: readonly Compared[]): string {
  const parts = order.flatMap((verdict) => {
    const rows = compared.filter((each) => each.verdict === verdict);
    return rows.length === 0 ? [] : [`${titles[verdict]} (${rows.length})`, ...rows.map(lines), ''];
  });
  const counts = order.map((verdict) => `${compared.filter((each) => each.verdict === verdict).length} ${verdict}`);
  return [...parts, `${compared.length} rows: ${counts.join(', ')}`].join('\n');
}

function lines({ row, ssh, ours, verdict }: Compared): string {
  const first = `  ${row.kind.padEnd(4)} ${row.name}`;
  const why = row.pending ?? ('because' in row ? row.because : undefined);
  if (verdict === 'same' || verdict === 'notHere') return `${first}\n         both  ${'heldBy' in row ? ours : ssh}`;
  return [
    first,
    `         ssh   ${ssh}`,
    `         we    ${ours}`,
    ...(why === undefined ? [] : [`         ${row.pending === undefined ? 'because' : 'pending'}: ${why}`]),
  ].join('\n');
}
