/** @file docs/methods.md, from the declarations of the methods and from what was measured. */

import { EDITORS } from '../../../daemon/src/methods/editors.ts';
import { INVERSIONS } from '../../../daemon/src/methods/inversions.ts';
import { CELLS, type Cell } from './cells.ts';
import { keyOf, type Results } from './results.ts';

/** A command-line flag. */
const flag = (option: string): string =>
  `\`--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}\``;
const flags = (options: readonly string[]): string => options.map(flag).join(', ') || 'none';

export function methodsDocument(results: Results): string {
  return [
    INTRODUCTION,
    '## Inversions: `--method`',
    ...Object.entries(INVERSIONS).map(([name, { title, citation, idea, stored, sampled }]) =>
      [
        `### \`${name}\`: ${title}\n`,
        `${idea}\n`,
        `- what is kept depends on: ${flags(stored)}`,
        `- an edit also takes: ${flags(sampled)}`,
        `- ${citation}`,
      ].join('\n'),
    ),
    '## Editors: `--editor`',
    ...Object.entries(EDITORS).map(([name, editor]) => {
      const not = Object.keys(editor.notOn);
      return [
        `### \`${name}\`: ${editor.title}\n`,
        `${editor.idea}\n`,
        `- branches: ${editor.branches.join(', ')}`,
        `- takes from the source or from what was learned: ${editor.injections.join(', ')}`,
        `- gates: ${flags(editor.gates)}; other options: ${flags(editor.parameters)}`,
        `- ${not.length === 0 ? 'defined on every inversion' : `not defined on ${not.join(', ')}`}`,
        `- ${editor.citation}`,
      ].join('\n');
    }),
    STYLE_TRANSFER,
    '## On one scene',
    '![every method on the same scene](methods.png)',
    measured(results),
  ]
    .join('\n\n')
    .concat('\n');
}

const INTRODUCTION = `# Methods

This file is made by \`npm run methods\` from the declarations in \`daemon/src/methods/\`; do not edit it by hand.

An edit is an inversion (\`--method\`) and an editor (\`--editor\`), in any combination that is defined; one that is not is
refused with a sentence. \`--mode instant\` is the method \`direct\`: nothing is learned, and the edit is ready after some
thirty evaluations of the network and the edit's own. \`--mode careful\`, the default, is \`styleDiffusion\`. What is kept of
\`ddim\`, \`direct\`, \`negativePrompt\` and \`proximal\` is the same walk, so changing between them inverts nothing anew.

A branch is a row of the network's batch. Once the last gate of the source's branches has closed, they are no longer
computed; where the source is known (\`direct\`), or its two branches are one (\`negativePrompt\`), one of them never is.`;

const STYLE_TRANSFER = `## Style transfer: \`palimpsest style\`

The style picture is inverted by StyleDiffusion, the content picture by DDIM. The content's latent is then denoised with
the values that were learned of the style picture, while the features of one residual block on the way up, and the
self-attention from there on, are the content's (\`--features-until\`, \`--attention-until\`). \`--content-strength\` and
\`--style-strength\` go from 0 to 1. \`--words style\`, the default, draws with the words that the values were learned with.
The paper (section 5.2.7) names no layers and no schedule: both are Plug-and-Play's.`;

function measured({ about, cells, style }: Results): string {
  const rows = CELLS.filter((cell) => keyOf(cell) in cells).map((cell) => {
    const { asked, right, structure, psnrOutside, ssimOutside, inversionSeconds, editSeconds } =
      cells[keyOf(cell)]!;
    return [
      nameOf(cell),
      percent(asked),
      percent(right),
      structure.toFixed(4),
      psnrOutside === null ? '' : psnrOutside.toFixed(1),
      ssimOutside === null ? '' : ssimOutside.toFixed(3),
      inversionSeconds === null ? '' : inversionSeconds.toFixed(1),
      editSeconds.toFixed(1),
    ];
  });
  const table = [
    ['inversion, editor', 'asked', 'all', 'structure', 'PSNR', 'SSIM', 'invert, s', 'edit, s'],
    ['---', ...Array<string>(7).fill('---:')],
    ...rows,
  ].map((row) => `| ${row.join(' | ')} |`);
  return `## Measured

${about}

The paper's Table 2 in measures that need no network from elsewhere:

- **asked, all**, in place of CLIPScore: the shares of the edits in which the demo model's judge, a classifier that was
  trained apart from it, sees the attribute that was asked for, and sees all attributes as they should be.
- **structure**, in place of DINO's structure distance: the mean squared difference of the cosine self-similarities of
  8 x 8 pixel cells, described by histograms of oriented gradients; lower keeps more.
- **PSNR, SSIM**, in place of NS-LPIPS: of source and result outside the edited object's true masks, before and after;
  edits of the style do not count there.

Edits swap an object, a colour or add a style, in turns; every method has its own defaults.

${table.join('\n')}${style === undefined ? '' : `\n\n${styleSentence(style)}`}`;
}

function styleSentence({
  pairs,
  style,
  setting,
  structure,
  structureOfStyle,
}: NonNullable<Results['style']>): string {
  return `Style transfer, ${pairs} pairs: the judge sees the style picture's style in ${percent(style)} of the results, and the
content's setting in ${percent(setting)}. Structure distance from the content: ${structure.toFixed(4)}; the style picture's own is ${structureOfStyle.toFixed(4)}.`;
}

/** A cell for people. */
export const nameOf = ({ inversion, editor, note }: Cell): string =>
  `${inversion}, ${editor}${note === undefined ? '' : ` (${note})`}`;

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
