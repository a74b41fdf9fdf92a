import { editMethod } from '../declare.ts';
import { gate, share } from '../ownOption.ts';

export const plugAndPlay = editMethod({
  title: 'Plug-and-Play',
  citation:
    'Tumanyan, Geyer, Bagon, Dekel: Plug-and-Play Diffusion Features for Text-Driven Image-to-Image Translation, CVPR 2023, arXiv 2211.12572',
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
