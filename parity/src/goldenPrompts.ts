/** @file The prompts that a golden set was made with, wherever its files name them. */

import { z } from 'zod';
import type { GoldenFolder } from './goldenFolder.ts';

/** What the files of one run have in common. */
export const RunParameters = z.object({ prompt: z.string().optional(), guidance: z.number().optional() });

/** Keys that hold prompts: `prompt`, `prompts`, `source`, `target` and the like. */
const PROMPT_KEY = /prompt|source|target/i;

/** Files that hold many texts which nothing was computed from. */
const NOT_PROMPTS = ['tokenizer.json'];

/**
 * Every prompt of the set, the likeliest first: text_encoder.json has "", source and target at its head (golden
 * README, `unet`).
 */
export function knownPrompts(golden: GoldenFolder): string[] {
  const parts = golden.files.filter((file) => file.endsWith('.json') && !NOT_PROMPTS.includes(file));
  const likely = ['text_encoder.json', 'stylediffusion.json', 'edit.json'].filter((file) => golden.has(file));
  const prompts = [...likely, ...parts].flatMap((file) =>
    promptsIn(golden.json(file.replace(/\.json$/, ''), z.unknown()), false),
  );
  return [...new Set([...prompts, ''])];
}

function promptsIn(json: unknown, named: boolean): string[] {
  if (typeof json === 'string') return named ? [json] : [];
  if (Array.isArray(json)) return json.flatMap((entry) => promptsIn(entry, named));
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([key, value]) => promptsIn(value, PROMPT_KEY.test(key)));
}
