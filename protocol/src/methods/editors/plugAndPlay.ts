import { editMethod } from '../declareEditor.ts';
import { gate, share } from '../ownOption.ts';

const ONE_TARGET_EMBEDDING =
  'it has a negative prompt of its own in place of the unconditional branch, and samples the source plainly.';

export const plugAndPlay = editMethod({
  title: 'Plug-and-Play',
  citation:
    'Tumanyan, Geyer, Bagon, Dekel: Plug-and-Play Diffusion Features for Text-Driven Image-to-Image Translation, CVPR 2023, arXiv 2211.12572',
  notOn: {
    styleDiffusion: ONE_TARGET_EMBEDDING,
    nullText: ONE_TARGET_EMBEDDING,
    negativePrompt: ONE_TARGET_EMBEDDING,
    proximal: ONE_TARGET_EMBEDDING,
  },
  options: {
    injectAttention: gate(
      'Keep attention until',
      'the part of the steps with the self-attention of the picture',
      0.5,
    ),
    injectFeatures: gate(
      'Keep features until',
      'the part of the steps with the features of the picture',
      0.8,
    ),
    negativeAlpha: share(
      'Away from the old words',
      'the weight, at the first step, of the empty prompt beside the old words as a negative one; it falls to 0',
      1,
    ),
  },
});
