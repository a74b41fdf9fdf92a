/** @file `palimpsest models pull`: downloads a model, and what it needs to be used. */

import { PalimpsestError } from '@palimpsest/protocol';
import { Command, Option } from 'commander';
import { Hub } from '../catalog/hub.ts';
import { findImageEncoder } from '../catalog/imageEncoderPlaces.ts';
import { KNOWN_MODELS, pullModel } from '../catalog/pull.ts';
import { pulledFolder } from '../catalog/searchPlaces.ts';
import { requireUserFolder } from '../files/userFolders.ts';
import { PRECISIONS, type Precision } from '../weights/precision.ts';
import { tellNotice, wantsJson } from './report.ts';

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
    .action(async (name: string, { precision }: { precision: Precision }, command: Command) => {
      const json = wantsJson(command);
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
        const folder = await pull(hub, name, precision, json);
        if (!json) process.stdout.write(`${folder}\n`);
        const needsClip = name !== 'clip' && findImageEncoder(FIRST_WIDTH) === null;
        const imageEncoder = needsClip ? await pullClip(hub, json) : null;
        if (json) process.stdout.write(`${JSON.stringify({ folder, imageEncoder })}\n`);
        else if (imageEncoder !== null) process.stdout.write(`${imageEncoder}\n`);
      } catch (error) {
        throw controller.signal.aborted ? controller.signal.reason : error;
      } finally {
        process.off('SIGINT', cancel);
      }
    });
}

/**
 * Models of 1.x come without a vision encoder, and single files without a tokenizer.
 *
 * @returns its folder; null where it could not be had, which is told.
 */
async function pullClip(hub: Hub, json: boolean): Promise<string | null> {
  tellNotice('CLIP ViT-B/16, which StyleDiffusion needs with Stable Diffusion 1.x:', json);
  try {
    return await pull(hub, 'clip', 'fp32', json);
  } catch (error) {
    if (!(error instanceof PalimpsestError)) throw error;
    tellNotice(error.message, json);
    tellNotice('The model works without it: --mode instant, or --image-encoder FOLDER.', json);
    return null;
  }
}

function pull(hub: Hub, name: string, precision: Precision, json: boolean): Promise<string> {
  let shown = -1;
  return pullModel(hub, pulledFolder(), name, precision, {
    onStart: ({ name: repository, revision, licence }, bytes) =>
      tellNotice(
        `${repository} at ${revision.slice(0, 12)}, ${(bytes / 1e9).toFixed(2)} GB. Licence: ${licence ?? 'not stated'}; by using the model you agree to it.`,
        json,
      ),
    onProgress: (done, total) => {
      const percent = Math.floor((100 * done) / total);
      if (percent === shown) return;
      shown = percent;
      if (json) process.stderr.write(`${JSON.stringify({ done, total })}\n`);
      if (json || !process.stderr.isTTY) return;
      process.stderr.write(
        `\r\x1b[2K${percent} % of ${(total / 1e9).toFixed(2)} GB${percent === 100 ? '\n' : ''}`,
      );
    },
  });
}
