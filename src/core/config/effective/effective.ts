import { locate } from '../badValue.ts';
import type { HostConfig } from '../hostConfig.ts';
import { type Keyword, wordsOf } from '../keywords/keyword.ts';
import { type KeywordField, keywords } from '../keywords/keywords.ts';
import type { ResolvedConfig } from '../resolvedConfig.ts';

/** What a connection needs. Expands also what `ssh -G` prints unexpanded. @throws UserError<ConfigProblem> */
export function effectiveConfig(config: ResolvedConfig): HostConfig {
  return {
    name: config.name,
    forwards: config.forwards.map(({ spec }) => spec),
    ...(Object.assign({}, ...keywords.map((keyword) => fieldsOf(keyword, config))) as Pick<HostConfig, KeywordField>),
  };
}

/** The fields of one keyword. A field without a value is absent. */
export function fieldsOf(keyword: Keyword, config: ResolvedConfig): Partial<HostConfig> {
  const place = config.settings.get(keyword.name)?.place ?? { file: '', line: 0 };
  const fields = Object.entries(keyword.fields ?? {}).map(
    ([name, read]) => [name, locate(place, () => read(wordsOf(keyword, config), config))] as const,
  );
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}
