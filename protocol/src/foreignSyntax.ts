/** @file The prompt syntax of other programs, which is read as ordinary words here. */

/** (star:1.3), ((star)), [star] */
const WEIGHTED = /\([^()]*:\s*-?\d*\.?\d+\s*\)|\(\([^()]*\)\)|\[[^[\]]+\]/;
/** <lora:name:0.8>, and others of its kind. */
const EXTRA_NETWORK = /<(?:lora|lyco|hypernet):[^<>]*>/i;

/** The first part of each kind that other programs would not read as words. */
export interface ForeignSyntax {
  /** A word with a weight: "(star:1.3)". */
  readonly weighted?: string | undefined;
  /** A network to be loaded: "<lora:name:0.8>". */
  readonly network?: string | undefined;
}

/** What is in any of these prompts of the syntax of other programs. */
export function foreignSyntax(...prompts: readonly string[]): ForeignSyntax {
  const found = (pattern: RegExp): string | undefined =>
    prompts.map((prompt) => pattern.exec(prompt)?.[0]).find((part) => part !== undefined);
  return { weighted: found(WEIGHTED), network: found(EXTRA_NETWORK) };
}
