import { printKeyword } from '../keywords/keyword.ts';
import { keywords } from '../keywords/keywords.ts';
import type { ResolvedConfig } from '../resolvedConfig.ts';

/** The text that `ssh -G` prints, with its last newline. */
export function printConfig(config: ResolvedConfig): string {
  return [`host ${config.name}`, ...keywords.flatMap((keyword) => printKeyword(keyword, config)), ''].join('\n');
}
