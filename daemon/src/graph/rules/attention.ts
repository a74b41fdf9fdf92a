/** @file Fused attention keeps no map, so it has no backward rule: differentiated graphs use the explicit form. */

import type { RulesFor } from './rule.ts';

export const attentionRules: RulesFor<'MultiHeadAttention'> = {
  MultiHeadAttention: 'not differentiable',
};
