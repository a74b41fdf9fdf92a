/** @file Notices in the panel: what the daemon says, and the control that helps. */

import { type Notice, type NoticeCode, OPTION_TITLES } from '@palimpsest/protocol';

const STRENGTH = 'Choose it under “Strength of each word”.';
const CONTROLS: Readonly<Partial<Record<NoticeCode, string>>> = {
  STEPS_FEW: `It is “${OPTION_TITLES.steps}” under “Advanced”.`,
  STEPS_UNEVEN: `It is “${OPTION_TITLES.steps}” under “Advanced”.`,
  GUIDANCE_IDLE: `It is “${OPTION_TITLES.guidance}” under “Advanced”.`,
  PROMPTS_EQUAL: STRENGTH,
  SYNTAX_STRENGTH: STRENGTH,
  SYNTAX_LORA: 'The daemon’s settings give a model with a LoRA a name, by which it can be chosen here.',
};

/** A notice as a sentence for who uses the panel. */
export function worded({ code, text }: Notice): string {
  const control = CONTROLS[code];
  return control === undefined ? text : `${text} ${control}`;
}
