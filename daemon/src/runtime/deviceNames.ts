/** @file The devices that networks can run on, and in which precision, by name: known without loading the runtime. */

export const DEVICES = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;
export type Device = (typeof DEVICES)[number];

/** What each is, for people. */
export const DEVICE_NAMES: Readonly<Record<Device, string>> = {
  cpu: 'the processor',
  webgpu: 'a graphics card by Vulkan, Metal or Direct3D 12',
  cuda: 'an NVIDIA card by CUDA',
  dml: 'a graphics card by DirectML',
  coreml: 'an Apple chip by Core ML',
};

/** Single or half precision: what the UNet can compute in, and how weights are published. */
export const PRECISIONS = ['fp32', 'fp16'] as const;
export type Precision = (typeof PRECISIONS)[number];
