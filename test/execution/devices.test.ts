/** Devices: which one is taken, and graphs for those on which the fused attention cannot be trusted. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PalimpsestError } from '@palimpsest/protocol';
import { describe, expect, it } from 'vitest';
import {
  chooseDevice,
  judge,
  neededBeside,
  precisionOf,
  probe,
} from '../../daemon/src/execution/chooseDevice.ts';
import { Session } from '../../daemon/src/execution/session.ts';
import { withExplicitAttention } from '../../daemon/src/graph/explicitAttention.ts';
import { Graph, isOf } from '../../daemon/src/graph/graph.ts';
import { toOnnx } from '../../daemon/src/graph/onnx.ts';
import { fusedAttention, MultiHeadAttention } from '../../daemon/src/graph/ops/attention.ts';
import { add } from '../../daemon/src/graph/ops/elementwise.ts';
import { normalTensor, uniformGenerator } from '../../daemon/src/tensor/random.ts';
import { relativeError } from '../golden.ts';

describe('a device', () => {
  it('is used when it computes what the processor does, and sooner', () => {
    const tried = { milliseconds: 5, processor: 80, error: 1e-6, half: null };
    expect(judge(tried).usable).toBe(true);
    expect(judge({ ...tried, milliseconds: 90 }).usable).toBe(false);
    expect(judge({ ...tried, error: 0.2 })).toEqual({
      usable: false,
      why: expect.stringContaining('something else'),
    });
    expect(judge({ ...tried, error: Number.NaN }).usable).toBe(false);
    expect(judge(null).usable).toBe(false);
  });

  it('that was asked for is taken without a try, and refused where the runtime has none', async () => {
    expect(await chooseDevice('cpu')).toEqual({
      device: 'cpu',
      precision: 'fp32',
      reason: expect.stringContaining('the processor'),
    });
    const foreign = process.platform === 'darwin' ? 'dml' : 'coreml';
    await expect(chooseDevice(foreign)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it('is tried in a process of its own', async () => {
    // Beside itself, the processor computes the same; what cannot be had at all ends only that process.
    expect(await probe('cpu')).toMatchObject({ error: 0 });
    expect(await probe(process.platform === 'darwin' ? 'dml' : 'coreml')).toBeNull();
  });

  it('says on Linux which packages Vulkan needs beside the driver, and nowhere else', () => {
    expect(neededBeside('webgpu', 'linux')).toContain('libglx0');
    expect(neededBeside('webgpu', 'darwin')).toBe('');
    expect(neededBeside('cuda', 'linux')).toContain('cuDNN 9');
    expect(neededBeside('dml', 'win32')).toBe('');
  });

  it('that was asked for is refused when a try fails, and taken without one in a precision that was asked for', async () => {
    await expect(chooseDevice('webgpu', 'auto', async () => null)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringMatching(/A try of webgpu failed.*--precision fp32/),
    });
    const never = () => Promise.reject(new Error('it was tried'));
    expect(await chooseDevice('webgpu', 'fp32', never)).toMatchObject({
      device: 'webgpu',
      precision: 'fp32',
    });
    const slow = { milliseconds: 900, processor: 80, error: 1e-6, half: null };
    expect(await chooseDevice('webgpu', 'auto', async () => slow)).toMatchObject({ device: 'webgpu' });
  });

  it('that needs a library more is refused without it, with the command that gets it', async () => {
    const library = 'bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so';
    const isThere = existsSync(join(import.meta.dirname, '../../node_modules/onnxruntime-node', library));
    const refusal: unknown = await chooseDevice('cuda', 'fp32').catch((error) => error);
    expect(refusal instanceof PalimpsestError && refusal.message.includes('script/install.js')).toBe(
      !isThere,
    );
  });
});

describe('half precision', () => {
  const tried = { milliseconds: 5, processor: 80, error: 1e-6 };
  it('is for cards that a try shows to compute right in it, or for whoever asks', () => {
    const right = { ...tried, half: { milliseconds: 3, error: 2e-3 } };
    expect(precisionOf('cuda', 'auto', right)).toBe('fp16');
    expect(precisionOf('cuda', 'fp32', right)).toBe('fp32');
    expect(precisionOf('cuda', 'auto', { ...tried, half: { milliseconds: 3, error: 0.2 } })).toBe('fp32');
    expect(precisionOf('webgpu', 'auto', { ...tried, half: null })).toBe('fp32');
    expect(precisionOf('webgpu', 'auto', null)).toBe('fp32');
    expect(precisionOf('cpu', 'auto', right)).toBe('fp32');
    expect(precisionOf('cpu', 'fp16', null)).toBe('fp16');
  });
});

describe('attention in single steps', () => {
  it('computes what the fused operator does, wherever it stands in the graph', async () => {
    const build = () => {
      const graph = new Graph();
      const [q, k, v] = ['q', 'k', 'v'].map((name) => graph.input(name, [2, 20, 16]));
      const once = fusedAttention(q!, k!, v!, 4);
      graph.output('y', add(fusedAttention(once, k!, v!, 2), once));
      return graph;
    };
    const explicit = withExplicitAttention(build());
    expect(explicit.nodes.some((node) => isOf(node, MultiHeadAttention))).toBe(false);
    const uniform = uniformGenerator(5);
    const feeds = Object.fromEntries(
      ['q', 'k', 'v'].map((name) => [name, normalTensor([2, 20, 16], uniform)]),
    );
    const results = await Promise.all(
      [build(), explicit].map(async (graph) => (await Session.load(toOnnx(graph), null)).run(feeds)),
    );
    expect(relativeError(results[1]!.y!, results[0]!.y!)).toBeLessThan(1e-6);
  });
});
