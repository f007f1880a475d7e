/** Reads `times` of POSIX sh: user and system time of the shell, then of its children, each as `0m0.010000s`. */
export function parseTimes(text: string): number {
  const parts = [...text.matchAll(/(\d{1,9})m(\d{1,2}(?:[.,]\d{1,9})?)s/g)];
  return parts.reduce((sum, [, minutes, seconds = '']) => {
    return sum + Number(minutes) * 60_000 + Number(seconds.replace(',', '.')) * 1000;
  }, 0);
}
