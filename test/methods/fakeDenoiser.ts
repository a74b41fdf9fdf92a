/**
 * @file A denoiser of three lines: the noise is a multiple of the latent, and the mean of what the row is told. Nothing
 * is loaded, so what the equations of a paper say of it can be worked out by hand.
 */

import type { Painter } from '../../daemon/src/methods/textToImage.ts';
import { SchedulerConfig, UNetConfig } from '../../daemon/src/networks/config.ts';
import type {
  EditingModel,
  LearningDenoiser,
  MappingInputs,
  NamedTensors,
  NoiseRequest,
  Variant,
} from '../../daemon/src/networks/denoiser.ts';
import type { MappingShape } from '../../daemon/src/networks/mappingNetwork.ts';
import { NoiseSchedule } from '../../daemon/src/networks/noiseSchedule.ts';
import { row, stack, type Tensor, tensor } from '../../daemon/src/tensor/tensor.ts';

export const TOKENS = 3;
const WIDTH = 2;

/** An embedding [1, 3, 2] that says one number. */
export const saying = (number: number): Tensor =>
  tensor([1, TOKENS, WIDTH], new Float32Array(TOKENS * WIDTH).fill(number));

/** What an embedding says. */
export const said = ({ data }: Tensor): number => data.reduce((sum, x) => sum + x, 0) / data.length;

const scalar = ({ data }: Tensor): number => data[0]!;

export class FakeDenoiser implements LearningDenoiser, EditingModel, Painter {
  readonly schedule = new NoiseSchedule(SchedulerConfig.parse({}));
  /** Stable Diffusion's. */
  readonly unetConfig = UNetConfig.parse({
    block_out_channels: [320, 640, 1280, 1280],
    down_block_types: [...new Array(3).fill('CrossAttnDownBlock2D'), 'DownBlock2D'],
    up_block_types: ['UpBlock2D', ...new Array(3).fill('CrossAttnUpBlock2D')],
  });
  readonly tokenizer = { maxLength: TOKENS, encode: (words: string) => [...words].map(() => 1).slice(0, 2) };
  readonly pixelsPerLatent = 8;
  /** Rows of each evaluation, by variant. */
  readonly evaluations: { readonly variant: string; readonly options: unknown; readonly rows: number }[] = [];
  /** Variants that were given back. */
  readonly released: string[] = [];
  /** The gradient of the attention's distance, everywhere. */
  attentionGradient = 0;

  private readonly slope: number;

  /** @param slope of the noise in the latent. */
  constructor(slope = 0) {
    this.slope = slope;
  }

  private noise({ latent, keyContext, valueContext = keyContext }: NoiseRequest): Tensor {
    const rows = Array.from({ length: latent.shape[0]! }, (_, n) => {
      const [z, c] = [row(latent, n), said(row(valueContext, n))];
      return tensor(
        z.shape,
        z.data.map((x) => this.slope * x + c),
      );
    });
    return stack(rows);
  }

  async predictNoise(request: NoiseRequest): Promise<Tensor> {
    this.evaluations.push({ variant: 'noise', options: null, rows: request.latent.shape[0]! });
    return this.noise(request);
  }

  async predict<Given, Found>(
    variant: Variant<Given, Found>,
    request: NoiseRequest,
    given: Given,
  ): Promise<Found> {
    const { name, options } = variant;
    this.evaluations.push({ variant: name, options, rows: request.latent.shape[0]! });
    const feeds = variant.feeds(given);
    if (name === 'innerIteration') return variant.read(this.iterate(request, feeds));
    const same = tensor(request.latent.shape);
    same.data.fill(this.attentionGradient);
    return variant.read({ noise: this.noise(request), gradient: same, loss: tensor([], [0]) });
  }

  /** One step of Adam on mean((a z + b (e_s + w (e_l - e_s)) - z*)^2), of which e_l is what the parameters say. */
  private iterate({ latent, keyContext }: NoiseRequest, feeds: NamedTensors): NamedTensors {
    const { parameters, imageTokens, noiseUncond, target, stepLatent, stepNoise, guidance } = feeds;
    const isNetwork = imageTokens !== undefined;
    const learned = isNetwork ? mapped(parameters!, keyContext) : parameters!;
    const [a, b, w] = [scalar(stepLatent!), scalar(stepNoise!), scalar(guidance!)];
    const residuals = latent.data.map((z, i) => {
      const staying = noiseUncond!.data[i]!;
      return a * z + b * (staying + w * (this.slope * z + said(learned) - staying)) - target!.data[i]!;
    });
    const count = residuals.length;
    const loss = residuals.reduce((sum, r) => sum + r * r, 0) / count;
    const slope = (2 * b * w * residuals.reduce((sum, r) => sum + r, 0)) / count;
    // The mapping's first parameter is added to all of the prompt; of an embedding, each number has its part.
    const gradient = parameters!.data.map((_, i) =>
      isNetwork ? (i === 0 ? slope : 0) : slope / parameters!.data.length,
    );
    const { beta1, beta2, epsilon } = ADAM;
    const first = feeds.firstMoment!.data.map((m, i) => beta1 * m + (1 - beta1) * gradient[i]!);
    const second = feeds.secondMoment!.data.map((v, i) => beta2 * v + (1 - beta2) * gradient[i]! ** 2);
    const next = parameters!.data.map(
      (p, i) =>
        p -
        (scalar(feeds.stepSize!) * first[i]!) /
          (Math.sqrt(second[i]!) / scalar(feeds.deviationCorrection!) + epsilon),
    );
    const shape = parameters!.shape;
    return {
      parametersNext: tensor(shape, next),
      firstMomentNext: tensor(shape, first),
      secondMomentNext: tensor(shape, second),
      latentLoss: tensor([], [loss]),
    };
  }

  async mapContext(_: MappingShape, { parameters, prompt }: MappingInputs): Promise<Tensor> {
    return mapped(parameters, prompt);
  }

  async release({ name }: { readonly name: string }): Promise<void> {
    this.released.push(name);
  }

  hold(): () => void {
    return () => {};
  }

  /** A prompt says its length. */
  async encodePrompt(prompt: string): Promise<Tensor> {
    return saying(prompt.length / 10);
  }

  async decodeLatent(latent: Tensor): Promise<Tensor> {
    return latent;
  }
}

const mapped = ({ data: [shift = 0] }: Tensor, prompt: Tensor): Tensor => saying(said(prompt) + shift);

/** The official recipe's. */
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
