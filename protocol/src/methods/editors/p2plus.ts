import { editMethod } from '../declareEditor.ts';
import { gate } from '../ownOption.ts';
import { p2p } from './p2p.ts';

const { kind, tauV, tauC, tauS, ...others } = p2p.options;

export const p2plus = editMethod({
  title: 'P2Plus',
  citation:
    'Li, van de Weijer, Hu, Khan, Hou, Wang, Yang: StyleDiffusion: Prompt-Embedding Inversion for Text-Based Editing, 2023, arXiv 2303.15649, section 3.4',
  options: {
    kind,
    tauV,
    tauC,
    tauS,
    tauU: gate(
      'Freedom of shape',
      'freedom of shape: P2Plus on the unconditional branch; 0 is plain Prompt-to-Prompt',
      0.5,
    ),
    ...others,
  },
});
