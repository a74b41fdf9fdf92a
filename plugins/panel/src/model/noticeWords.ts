/** @file Notices in the panel: what the daemon says, and the control that helps. */

import { type Notice, type NoticeCode, OPTION_TITLES } from '@palimpsest/protocol';

const under = (title: string) => `See “Advanced”, “${title}”.`;
const STRENGTH = 'Choose it under “Strength of each word”.';
const CONTROLS: Readonly<Partial<Record<NoticeCode, string>>> = {
  STEPS_FEW: under(OPTION_TITLES.steps),
  STEPS_UNEVEN: under(OPTION_TITLES.steps),
  GUIDANCE_IDLE: under(OPTION_TITLES.guidance),
  SIZE_UNEVEN: under(OPTION_TITLES.size),
  CHANGE_NONE: under(OPTION_TITLES.keepStrength),
  PROMPTS_EQUAL: STRENGTH,
  SYNTAX_STRENGTH: STRENGTH,
};

/** A notice as a sentence for who uses the panel, with the quotation marks of print. */
export function worded({ code, text }: Notice): string {
  const control = CONTROLS[code];
  const printed = text.replace(/"([^"]*)"/g, '“$1”');
  return control === undefined ? printed : `${printed} ${control}`;
}
