import * as z from 'zod/mini';
import { EDIT_KINDS } from '../../diffPrompts.ts';
import { MAX_WORDS, WordInterval, WordWeight } from '../../words.ts';
import { editMethod } from '../declareEditor.ts';
import { gate, option } from '../ownOption.ts';
import { localBlend, tauV } from './sharedOptions.ts';

export const p2p = editMethod({
  title: 'Prompt-to-Prompt (P2P)',
  citation:
    'Hertz, Mokady, Tenenbaum, Aberman, Pritch, Cohen-Or: Prompt-to-Prompt Image Editing with Cross-Attention Control, ICLR 2023, arXiv 2208.01626',
  options: {
    kind: option(
      'How',
      'replace swaps words one for one, refine adds words; auto looks at the prompts',
      z.enum(['auto', ...EDIT_KINDS]),
      'auto',
    ),
    tauV,
    tauC: gate(
      'Keep layout',
      'keep the layout: the part of the steps in which words stay where they are in the picture',
      0.6,
    ),
    tauS: gate(
      'Keep structure',
      'keep the structure: the part of the steps with the shapes of the picture',
      0.8,
    ),
    wordTaus: {
      ...option(
        'Keep the place of words',
        'tau-c of single words, as WORD=FROM..TO',
        z.array(WordInterval).check(z.maxLength(MAX_WORDS)),
        [],
      ),
      isGate: true,
    },
    weights: option(
      'Strength of words',
      'how much single words of the new prompt count, as WORD=FACTOR',
      z.array(WordWeight).check(z.maxLength(MAX_WORDS)),
      [],
    ),
    ...localBlend,
  },
});
