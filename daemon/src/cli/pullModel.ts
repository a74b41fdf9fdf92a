/** @file `palimpsest models pull`: downloads a model, and what it needs to be used. */

import { PalimpsestError } from '@palimpsest/protocol';
import { Command, Option } from 'commander';
import { Hub } from '../catalog/hub.ts';
import { findImageEncoder } from '../catalog/imageEncoderPlaces.ts';
import { KNOWN_MODELS, pullModel } from '../catalog/pull.ts';
import { pulledFolder } from '../catalog/searchPlaces.ts';
import { requireUserFolder } from '../files/userFolders.ts';
import { PRECISIONS, type Precision } from '../weights/precision.ts';
import { EXIT_CODES, reportError } from './report.ts';

/** Width of the contexts of Stable Diffusion 1.x, for which no model folder has a vision encoder. */
const FIRST_WIDTH = 768;

export function pullCommand(): Command {
  return new Command('pull')
    .summary('download a model')
    .description(
      `Downloads a model from the Hugging Face Hub: ${Object.keys(KNOWN_MODELS).join(', ')}, or any Stable Diffusion 1.x or 2.x in the diffusers layout. What was cut off goes on with the same command. HF_TOKEN is used for models that are not open to everybody.`,
    )
    .argument('<model>', 'a name, or OWNER/NAME')
    .addOption(
      new Option('--precision <choice>', 'fp32 is faster on processors, fp16 half as large')
        .choices(PRECISIONS)
        .default('fp32'),
    )
    .exitOverride()
    .action(async (name: string, { precision }: { precision: Precision }) => {
      const controller = new AbortController();
      const cancel = () =>
        controller.abort(new PalimpsestError('CANCELLED', 'Stopped. The same command goes on from here.'));
      process.once('SIGINT', cancel);
      const hub = new Hub({
        endpoint: process.env.HF_ENDPOINT,
        token: process.env.HF_TOKEN,
        signal: controller.signal,
      });
      try {
        requireUserFolder('data');
        const folder = await pull(hub, name, precision);
        process.stdout.write(`${folder}\n`);
        if (name !== 'clip' && findImageEncoder(FIRST_WIDTH) === null) await pullClip(hub);
      } catch (error) {
        process.exitCode = controller.signal.aborted ? EXIT_CODES.cancelled : reportError(error, false);
      } finally {
        process.off('SIGINT', cancel);
      }
    });
}

/** Models of 1.x come without a vision encoder, and single files without a tokenizer. */
async function pullClip(hub: Hub): Promise<void> {
  process.stderr.write('CLIP ViT-B/16, which StyleDiffusion needs with Stable Diffusion 1.x:\n');
  try {
    process.stdout.write(`${await pull(hub, 'clip', 'fp32')}\n`);
  } catch (error) {
    if (!(error instanceof PalimpsestError)) throw error;
    process.stderr.write(
      `${error.message}\nThe model works without it: --mode instant, or --image-encoder FOLDER.\n`,
    );
  }
}

function pull(hub: Hub, name: string, precision: Precision): Promise<string> {
  let shown = -1;
  return pullModel(hub, pulledFolder(), name, precision, {
    onStart: ({ name: repository, revision, licence }, bytes) =>
      process.stderr.write(
        `${repository} at ${revision.slice(0, 12)}, ${(bytes / 1e9).toFixed(2)} GB. Licence: ${licence ?? 'not stated'}; by using the model you agree to it.\n`,
      ),
    onProgress: (done, total) => {
      const percent = Math.floor((100 * done) / total);
      if (percent === shown || !process.stderr.isTTY) return;
      shown = percent;
      process.stderr.write(
        `\r\x1b[2K${percent} % of ${(total / 1e9).toFixed(2)} GB${percent === 100 ? '\n' : ''}`,
      );
    },
  });
}
