/** @file The judge: a small classifier, trained apart from the model, that says what is in a picture. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Session } from '../../../daemon/src/execution/session.ts';
import { Graph, type Value } from '../../../daemon/src/graph/graph.ts';
import { toOnnx } from '../../../daemon/src/graph/onnx.ts';
import { conv } from '../../../daemon/src/graph/ops/convolution.ts';
import { leakyRelu } from '../../../daemon/src/graph/ops/elementwise.ts';
import { linear } from '../../../daemon/src/graph/ops/linear.ts';
import { reshape } from '../../../daemon/src/graph/ops/movement.ts';
import type { Picture } from '../../../daemon/src/imaging/picture.ts';
import { toTensor } from '../../../daemon/src/imaging/pixels.ts';
import { Checkpoint } from '../../../daemon/src/weights/checkpoint.ts';
import { PICTURE_SIDE } from '../world/scene.ts';

const Config = z.object({
  channels: z.array(z.number()),
  hidden: z.number(),
  outputs: z.array(z.object({ name: z.string(), classes: z.array(z.string()) })),
});

/** What the judge sees: a class for each output, such as `{ kind1: 'cat', colour1: 'red', setting: 'room', ... }`. */
export type Verdict = Readonly<Record<string, string>>;

export class Judge {
  private readonly session: Session;
  private readonly outputs: z.infer<typeof Config>['outputs'];

  private constructor(session: Session, outputs: z.infer<typeof Config>['outputs']) {
    this.session = session;
    this.outputs = outputs;
  }

  /** @param folder `config.json` and `model.safetensors` of the judge. */
  static async load(folder: string): Promise<Judge> {
    const config = Config.parse(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')));
    const checkpoint = Checkpoint.open(folder);
    return new Judge(
      await Session.load(toOnnx(judgeGraph(checkpoint, config), checkpoint.folder), checkpoint.folder),
      config.outputs,
    );
  }

  /** Judges a picture of 128 x 128 pixels. Object 1 is the left one, or the only one. */
  async see(picture: Picture): Promise<Verdict> {
    const { logits } = await this.session.run({ picture: toTensor(picture) });
    let start = 0;
    return Object.fromEntries(
      this.outputs.map(({ name, classes }) => {
        const scores = logits!.data.subarray(start, start + classes.length);
        start += classes.length;
        return [name, classes[scores.indexOf(Math.max(...scores))]!];
      }),
    );
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }
}

function judgeGraph(checkpoint: Checkpoint, { channels, hidden, outputs }: z.infer<typeof Config>): Graph {
  const graph = new Graph();
  const weight = (name: string, shape: readonly number[]) => graph.weight(checkpoint, name, shape);
  const relu = (x: Value) => leakyRelu(x, 0);
  let x = graph.input('picture', [1, 3, PICTURE_SIDE, PICTURE_SIDE]);
  for (const [i, width] of channels.slice(1).entries()) {
    const kernel = weight(`conv.${i}.weight`, [width, channels[i]!, 3, 3]);
    x = relu(conv(x, kernel, weight(`conv.${i}.bias`, [width]), { stride: 2, padding: [1, 1, 1, 1] }));
  }
  const dense = (name: string, input: Value, width: number) =>
    linear(input, weight(`${name}.weight`, [width, input.size(-1)]), weight(`${name}.bias`, [width]));
  const flat = reshape(x, [1, -1]);
  const classes = outputs.reduce((sum, output) => sum + output.classes.length, 0);
  graph.output('logits', dense('linear2', relu(dense('linear1', flat, hidden)), classes));
  return graph;
}
