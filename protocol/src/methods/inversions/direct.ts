import { inversionMethod } from '../declare.ts';

export const direct = inversionMethod({
  title: 'Direct inversion',
  citation:
    'Ju, Zeng, Bian, Liu, Xu: PnP Inversion: Boosting Diffusion-based Editing with 3 Lines of Code, ICLR 2024, arXiv 2310.01506',
  options: {},
});
