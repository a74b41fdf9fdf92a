/** @file Notices on the command line: what the daemon or the engine says, and the option that helps. */

import type { Notice, NoticeCode } from '@palimpsest/protocol';

const OPTIONS: Readonly<Partial<Record<NoticeCode, (facts: Notice['facts']) => string>>> = {
  STEPS_FEW: ({ better }) => `--steps ${better}`,
  STEPS_UNEVEN: ({ better }) => `--steps ${better}`,
  GUIDANCE_IDLE: ({ better }) => `--guidance ${better}`,
  SIZE_UNEVEN: ({ better }) => `--size ${better}`,
  CHANGE_NONE: () => '--keep-strength 0.2',
  PROMPTS_EQUAL: () => '--weight WORD=FACTOR',
  SYNTAX_STRENGTH: ({ words, factor }) => `palimpsest edit --weight "${words}=${factor}"`,
  SYNTAX_LORA: ({ name, strength }) => `--lora ${name}.safetensors:${strength}`,
};

/** A notice as a sentence for who types options. */
export function worded({ code, facts, text }: Notice): string {
  const option = OPTIONS[code];
  return option === undefined ? text : `${text} (${option(facts)})`;
}
