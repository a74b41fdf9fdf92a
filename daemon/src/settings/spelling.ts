/** @file How a key of the settings is spelt elsewhere: `memoryBudget` as `--memory-budget` and PALIMPSEST_MEMORY_BUDGET. */

const spaced = (key: string, between: string): string =>
  key.replace(/[A-Z]/g, (letter) => `${between}${letter.toLowerCase()}`);

/** A flag without its dashes, such as `blend-threshold`. */
export const kebab = (key: string): string => spaced(key, '-');

/** A flag, such as `--blend-threshold`; of a choice of yes and no that is turned off, `--no-attention-loss`. */
export const flagNamed = (key: string, value?: unknown): string =>
  `--${value === false ? 'no-' : ''}${kebab(key)}`;

/** A variable of the environment, such as PALIMPSEST_PORT. */
export const variableNamed = (key: string): string => `PALIMPSEST_${spaced(key, '_').toUpperCase()}`;
