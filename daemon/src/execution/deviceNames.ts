/** @file The names of the devices that networks can run on, known without loading the runtime. */

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
