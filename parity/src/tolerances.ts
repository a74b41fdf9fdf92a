/** @file How near is near enough: the table of test/golden/README.md, "Tolerances", and nothing else. */

/** The largest difference that passes. */
export interface Tolerance {
  readonly limit: number;
  /** `relative`: of the reference's largest magnitude. `absolute`: as it is. */
  readonly measure: 'relative' | 'absolute';
  /** The row of the golden README's table, or why there is none. */
  readonly source: string;
}

const relative = (limit: number, source: string): Tolerance => ({ limit, measure: 'relative', source });

/** Tolerances by kind. "Ask" is what the README asks of another correct float32 implementation. */
export const TOLERANCES = {
  networkCall: relative(2e-5, 'text encoder, image encoder, one UNet call, one VAE call: ask 2e-5'),
  attentionMaps: relative(1e-5, 'attention maps: 1e-5'),
  inversion: relative(5e-5, 'inversion latents: ask 5e-5'),
  sampling: relative(5e-4, 'resampling, T=10/30 at 7.5: ask 5e-4'),
  firstLosses: relative(1e-4, 'losses of the first timestep: ask 1e-4 for the first 6'),
  laterLosses: relative(3e-2, 'losses later: compare loosely, 3e-2'),
  laterAttentionLosses: relative(5e-2, 'attention loss later: compare loosely, 5e-2'),
  gradients: relative(3e-4, 'gradients, given weights and inputs: ask 3e-4'),
  edits: relative(1e-4, 'edits from the stored networks: ask 1e-4'),
  masks: { limit: 0, measure: 'absolute', source: 'edits from the stored networks: masks identical' },
  bytes: { limit: 1, measure: 'absolute', source: 'edits from the stored networks: u8 pictures within 1' },
  // What follows the README measures without asking for a number; elsewhere it asks for ten times what it measures.
  nullTextLosses: relative(4e-5, 'null-text: losses 4e-6'),
  nullTextEmbeddings: relative(2e-2, 'null-text: embeddings 2e-3, a few elements with near-zero gradient'),
  nullTextLatents: relative(2e-4, 'null-text: latents 2e-5'),
  masaCtrl: relative(3e-4, 'masactrl 3e-5'),
  plugAndPlay: relative(3e-4, 'plug-and-play 3e-5'),
  pix2pixZero: relative(2e-3, 'pix2pix-zero 2e-4'),
  proximal: relative(3e-4, 'proximal 3e-5'),
  proximalL1: relative(3e-2, 'proximal l1 3e-3: a threshold flips single elements'),
  proximalTrajectory: relative(8e-2, 'proximal, inversion guidance 8e-3: a threshold flips single elements'),
  /** Ids, positions, counts: there is no rounding in them. */
  exact: { limit: 0, measure: 'absolute', source: 'no rounding in it' },
  /** A few operations of float32; the README names no number, so the tightest that it asks. */
  arithmetic: relative(2e-5, 'not in the table; as one network call'),
} as const satisfies Record<string, Tolerance>;

/** How many losses of the first timestep are compared tightly. */
export const TIGHT_LOSSES = 6;
