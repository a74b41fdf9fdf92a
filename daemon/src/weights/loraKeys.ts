/** @file How the keys of LoRA files name a module of the model, a matrix of its change, and the network it belongs to. */

/** The networks that LoRAs change. */
export type LoraComponent = 'unet' | 'text_encoder';

/** What a key stands for: one of the two matrices, or the number that their product is scaled by. */
export type LoraRole = 'down' | 'up' | 'alpha';

export interface LoraKey {
  readonly component: LoraComponent;
  /** As the file calls it: the keys of one module differ in their role only. */
  readonly module: string;
  /** As `flatName` calls the weight that it changes. */
  readonly weight: string;
  readonly role: LoraRole;
}

/** Kinds that are no plain product of two matrices. */
const OTHER_KINDS = /\.(hada_|lokr_|lora_mid|lora_magnitude_vector|dora_scale|oft_|diff$|diff_b$)/;

/** Ends of keys, by what they stand for: of kohya, of old and new diffusers, of PEFT. */
const ENDS: readonly (readonly [LoraRole, RegExp])[] = [
  ['down', /(\.lora_down|[._]lora\.down|\.lora_linear_layer\.down|\.lora_A)\.weight$/],
  ['up', /(\.lora_up|[._]lora\.up|\.lora_linear_layer\.up|\.lora_B)\.weight$/],
  ['alpha', /([._]lora|\.lora_linear_layer)?\.alpha$/],
];

/** Beginnings of keys of other models, and what they are. */
const OTHER_MODELS: readonly (readonly [RegExp, string])[] = [
  [
    /^(lora_te[123]_|text_encoder_[23]\.)/,
    'it was made for a model with several text encoders, such as Stable Diffusion XL',
  ],
  [
    /^(base_model\.model\.)?((lora_)?transformer[._]|(lora_unet_|diffusion_model\.)(double|single|joint)_blocks)/,
    'it was made for Flux, Stable Diffusion 3 or another transformer',
  ],
  [
    /^diffusion_model\./,
    'its keys begin with diffusion_model., as ComfyUI writes them; convert it to the keys of kohya or diffusers',
  ],
];

/** PEFT's wrapping, which says nothing of the network. */
const WRAPPED = /^base_model\.model\./;

/** Beginnings of keys by network; what is left is the module's name. Files of one network may leave its name out. */
const PREFIXES: readonly (readonly [LoraComponent, RegExp])[] = [
  ['unet', /^(lora_unet_|unet\.)/],
  ['text_encoder', /^(lora_te_|text_encoder\.)/],
  ['text_encoder', /^(?=text_model\.)/],
  ['unet', /^(?=(down_blocks|mid_block|up_blocks|conv_in|conv_out|time_embedding)\.)/],
];

/** A weight's name without its end as kohya writes it, with underscores for dots. */
export const flatName = (name: string): string => name.replaceAll('.', '_');

/**
 * Names of layers as the weights have them: older diffusers name the processor of an attention between module and layer,
 * and call the layers of all attentions alike.
 */
const LAYERS: Readonly<Record<LoraComponent, (module: string) => string>> = {
  unet: (module) => module.replace(/\.processor\./, '.').replace(/\.to_out$/, '.to_out.0'),
  text_encoder: (module) => module.replace(/\.to_([qkv]|out)$/, '.$1_proj'),
};

/** @returns what a key stands for, or why it cannot be used. */
export function readLoraKey(key: string): LoraKey | string {
  if (OTHER_KINDS.test(key)) return `${key} is of another kind than LoRA's two matrices`;
  const foreign = OTHER_MODELS.find(([pattern]) => pattern.test(key));
  if (foreign !== undefined) return foreign[1];
  const found = ENDS.find(([, end]) => end.test(key));
  if (found === undefined) return `${key} is no part of a LoRA`;
  const [role, end] = found;
  const module = key.replace(end, '');
  const inner = module.replace(WRAPPED, '');
  const network = PREFIXES.find(([, prefix]) => prefix.test(inner));
  if (network === undefined) return `${key} belongs to no network of Stable Diffusion 1.x or 2.x`;
  const [component, prefix] = network;
  return { component, module, weight: flatName(LAYERS[component](inner.replace(prefix, ''))), role };
}
