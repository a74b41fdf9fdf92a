/** @file docs/methods.md, from the declarations of the methods and from what was measured. */

import { EDIT_METHODS, INVERSION_METHODS, type OwnOptions } from '@palimpsest/protocol';
import { EDITORS } from '../../../daemon/src/methods/editors.ts';
import { INVERSIONS } from '../../../daemon/src/methods/inversions.ts';
import { CELLS, type Cell, keyOf, STYLE_CELLS, styleKeyOf } from './cells.ts';
import type { Results } from './results.ts';
import type { Estimate } from './statistics.ts';
import { STYLE_TRIALS } from './tried.ts';

/** A command-line flag. */
const flag = (option: string): string =>
  `\`--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}\``;
const flags = (options: readonly string[]): string => options.map(flag).join(', ') || 'none';

export function methodsDocument(results: Results): string {
  return [
    INTRODUCTION,
    '## Inversions: `--method`',
    ...Object.entries(INVERSION_METHODS).map(([name, { title, citation, options }]) => {
      const { idea, stored } = INVERSIONS[name as keyof typeof INVERSIONS];
      const sampled = Object.keys(options).filter(
        (option) => !(stored as readonly string[]).includes(option),
      );
      return [
        `### \`${name}\`: ${title}\n`,
        `${idea}\n`,
        `- what is kept depends on: ${flags(stored)}`,
        `- an edit also takes: ${flags(['guidance', ...sampled])}`,
        `- ${citation}`,
      ].join('\n');
    }),
    '## Editors: `--editor`',
    ...Object.entries(EDIT_METHODS).map(([name, { title, citation, options, notOn }]) => {
      const editor = EDITORS[name as keyof typeof EDITORS];
      const not = Object.keys(notOn);
      const [gates, others] = [true, false].map((isGate) =>
        Object.keys(options).filter((option) => (options as OwnOptions)[option]!.isGate === isGate),
      ) as [string[], string[]];
      return [
        `### \`${name}\`: ${title}\n`,
        `${editor.idea}\n`,
        `- branches: ${editor.branches.join(', ')}`,
        `- takes from the source or from what was learned: ${editor.injections.join(', ')}`,
        `- gates: ${flags(gates)}; other options: ${flags(others)}`,
        `- ${not.length === 0 ? 'defined on every inversion' : `not defined on ${not.join(', ')}`}`,
        `- ${citation}`,
      ].join('\n');
    }),
    styleTransferSection(),
    '## On one scene',
    '![every method on the same scene](methods.png)',
    measured(results),
  ]
    .join('\n\n')
    .concat('\n');
}

const INTRODUCTION = `# Methods

This file is made by \`npm run methods\` from the declarations in \`protocol/src/methods/\` and \`daemon/src/methods/\`; do not
edit it by hand.

## Which method for which wish

| you want | take |
| --- | --- |
| a result at once, to see where it goes | Quick in the panel, \`--mode instant\`: direct inversion, P2Plus |
| the best that there is, edited again and again | Careful in the panel, \`--mode careful\`: StyleDiffusion, P2Plus |
| another word, colour or material in the same place | P2Plus with the defaults; keep more of the structure with \`--tau-s\` |
| another shape: a tree for a house | P2Plus with \`--tau-u\` up, or \`--editor wordSwap\` |
| a word stronger or weaker | \`--weight "word=2"\`, with P2Plus or P2P |
| the same thing in another pose | \`--editor masaCtrl\` |
| a rough sketch turned into a picture | \`--editor sdedit\`, with \`--strength\` |
| the style of another picture | \`palimpsest style\` |
| to compare with published methods | null-text, NPI, ProxNPI, Plug-and-Play, pix2pix-zero below |

What they achieve is [measured](#measured) at the end, on the demo model.

## How to read this

An edit is an inversion (\`--method\`) and an editor (\`--editor\`), in any combination that is defined; one that is not is
refused with a sentence, and so is an option that neither of the two heeds. \`--mode instant\` is the method \`direct\`:
nothing is learned, and the edit is ready after some thirty evaluations of the network and the edit's own. \`--mode careful\`,
the default, is \`styleDiffusion\`. What is kept of \`ddim\`, \`direct\`, \`negativePrompt\` and \`proximal\` is the same walk, so
changing between them inverts nothing anew.

A branch is a row of the network's batch. Once the last gate of the source's branches has closed, they are no longer
computed; where the source is known (\`direct\`), or its two branches are one (\`negativePrompt\`), one of them never is.`;

function styleTransferSection(): string {
  return `## Style transfer: \`palimpsest style\`

The style picture is inverted by StyleDiffusion, the content picture by DDIM. The content's latent is then denoised with
the values that were learned of the style picture, while the features of one residual block on the way up, and the
self-attention from there on, are the content's (\`--features-until\`, \`--attention-until\`). \`--content-strength\` and
\`--style-strength\` go from 0 to 1. The paper (section 5.2.7) names no layers and no schedule: both are Plug-and-Play's.

Nor does it say whose words are the keys. \`--words style\` draws with the words that the values were learned with, and
brings the style picture's things along: a ball becomes a house. \`--words both\`, the default, draws with the content's
words until \`--style-after\` of the steps, when it is settled what there is and where, and with the style's from there
on; with a \`--style-strength\` between 0 and 1, the two predictions are mixed. \`--words content\` gives the learned
networks the content's words.

What was tried before that became the default, with 20 steps and 20 inner steps: keys and values, shares of the results
in which the judge sees the style, the content's objects and their colours, and the PSNR to the content as the world
draws it in that style. With 8 pairs a share is known to about 0.3, with 16 to 0.2.

${table(
  ['keys and values', 'pairs', 'style', 'object', 'colour', 'PSNR'],
  STYLE_TRIALS.map(({ variant, pairs, style, object, colour, psnr }) => [
    variant,
    ...[String(pairs), ...[style, object, colour].map((share) => share.toFixed(2)), psnr.toFixed(1)],
  ]),
)}

Later is more of the content, sooner more of the style: the default is in the middle. The content's words as keys of
values that were learned with others give neither.`;
}

function measured(results: Results): string {
  const inner =
    results.innerSteps === null ? "each method's own" : `${results.innerSteps} at the first timestep`;
  return `## Measured

The demo model on held-out scenes, ${results.steps} steps, inner steps: ${inner}. The paper's Table 2 in measures that
need no network from elsewhere:

- **scenes**: on how many the row was measured so far; every row has the same ones, in the same order.
- **asked, all**, in place of CLIPScore: the shares of the edits in which the demo model's judge, a classifier that was
  trained apart from it, sees the attribute that was asked for, and sees all attributes as they should be.
- **structure**, in place of DINO's structure distance: the mean squared difference of the cosine self-similarities of
  8 x 8 pixel cells, described by histograms of oriented gradients; lower keeps more.
- **PSNR, SSIM**, in place of NS-LPIPS: of source and result outside the edited object's true masks, before and after;
  edits of the style do not count there.
- **seconds** of one processor core, the median: each process has one thread, and what others did on the machine
  meanwhile does not count. Rows that share an inversion share its time.

Brackets and +- are 95 % intervals: Wilson's for shares, the standard error's for means. Edits swap an object, a colour
or add a style, in turns; every method has its own defaults.

${editTable(results)}

The same scenes make rows comparable beyond these intervals. Each row less the first, scene by scene; from ${ENOUGH} scenes on,
a difference whose interval leaves out 0 is in bold:

${differenceTable(results)}

### Style transfer

From a held-out scene in each style, in turns, to a flat held-out scene: what the judge sees in the result. **object**
and **colour**: the content's kinds of things, and their colours, all of them. The structure distance is from the
content; the style picture's own is the bound above. **PSNR**: to the content as the world draws it in that style.

${styleTable(results)}`;
}

function editTable({ cells }: Results): string {
  const rows = rowsOf(CELLS, keyOf, cells).map(([cell, row]) => [
    nameOf(cell),
    String(row.scenes),
    share(row.asked),
    share(row.right),
    mean(row.structure, 4),
    mean(row.psnrOutside, 1),
    mean(row.ssimOutside, 3),
    row.inversionSeconds.toFixed(1),
    row.editSeconds.toFixed(1),
  ]);
  const head = [
    'inversion, editor',
    'scenes',
    'asked',
    'all',
    'structure',
    'PSNR',
    'SSIM',
    'invert, s',
    'edit, s',
  ];
  return table(head, rows);
}

function differenceTable({ cells }: Results): string {
  const rows = rowsOf(CELLS, keyOf, cells).flatMap(([cell, { difference }]) =>
    difference === null
      ? []
      : [
          [
            nameOf(cell),
            String(difference.asked.count),
            change(difference.asked, 0, 100),
            change(difference.right, 0, 100),
            change(difference.structure, 4),
            change(difference.psnrOutside, 1),
          ],
        ],
  );
  return table(['inversion, editor', 'scenes', 'asked, points', 'all, points', 'structure', 'PSNR'], rows);
}

function styleTable({ styles }: Results): string {
  const rows = rowsOf(STYLE_CELLS, styleKeyOf, styles).map(([{ note }, row]) => [
    note,
    String(row.scenes),
    share(row.style),
    share(row.object),
    share(row.colour),
    share(row.setting),
    mean(row.structure, 4),
    mean(row.structureOfStyle, 4),
    mean(row.psnr, 1),
  ]);
  const head = [
    'options',
    'pairs',
    'style',
    'object',
    'colour',
    'setting',
    'structure',
    "style picture's",
    'PSNR',
  ];
  return table(head, rows);
}

/** The cells of which something was measured. */
const rowsOf = <C, Row>(cells: readonly C[], keyOf: (cell: C) => string, rows: Record<string, Row>) =>
  cells.flatMap((cell) => {
    const row = rows[keyOf(cell)];
    return row === undefined ? [] : [[cell, row] as const];
  });

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, ['---', ...head.slice(1).map(() => '---:')], ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');

/** A cell for people. */
export const nameOf = ({ inversion, editor, note }: Cell): string =>
  `${inversion}, ${editor}${note === undefined ? '' : ` (${note})`}`;

const percent = (part: number): string => (100 * part).toFixed(0);
const share = ({ value, low, high }: Estimate): string =>
  `${percent(value)} % [${percent(low)}, ${percent(high)}]`;
const mean = (estimate: Estimate | null, digits: number): string =>
  estimate === null
    ? ''
    : `${estimate.value.toFixed(digits)} +- ${(estimate.high - estimate.value).toFixed(digits)}`;

/** The normal interval of a mean says too much of fewer values. */
const ENOUGH = 20;

function change(estimate: Estimate | null, digits: number, scale = 1): string {
  if (estimate === null) return '';
  const { value, low, high, count } = estimate;
  const sign = value < 0 ? '' : '+';
  const text = `${sign}${(scale * value).toFixed(digits)} +- ${(scale * (high - value)).toFixed(digits)}`;
  return count >= ENOUGH && (low > 0 || high < 0) ? `**${text}**` : text;
}
