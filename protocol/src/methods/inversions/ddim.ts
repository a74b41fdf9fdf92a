import { inversionMethod } from '../declare.ts';

export const ddim = inversionMethod({
  title: 'DDIM inversion',
  citation: 'Song, Meng, Ermon: Denoising Diffusion Implicit Models, ICLR 2021, arXiv 2010.02502',
  options: {},
});
