/** The plugin's host in a fake Figma, joined as the two halves are, and the person in front of it. */

import { decodePng, encodePng, type Pixels } from '@palimpsest/sdk';
import type { HostUnderTest, SeenLayer } from '@palimpsest/sdk/conformance';
import type { RawPicture } from '../../plugins/figma/src/messages.ts';
import { FigmaHost, type HostDependencies } from '../../plugins/figma/src/ui/figmaHost.ts';
import { withoutOpacity } from '../../plugins/figma/src/ui/opacity.ts';
import { Sandbox } from '../../plugins/figma/src/ui/sandbox.ts';
import type { FigmaVm } from './figmaVm.ts';
import { openFigma } from './programs.ts';

interface Seen {
  readonly id: string;
  readonly name: string;
  readonly corners: SeenLayer['corners'];
  readonly png: Uint8Array<ArrayBuffer>;
}

export interface FigmaUnderTest extends HostUnderTest {
  readonly host: FigmaHost;
  readonly vm: FigmaVm;
}

/** Opens an empty document with the plugin running in it. */
export async function openHost(): Promise<FigmaUnderTest> {
  const vm = await openFigma();
  const colours = new Colours();
  const start = async () => {
    vm.runPlugin();
    const host = new FigmaHost(joined(vm), colours);
    await until(() => vm.told.some(({ kind }) => kind === 'showUI'));
    return host;
  };
  const host = await start();
  return {
    ...{ vm, host },
    hands: {
      addLayer: async (name, pixels, { x, y }) => vm.call('addPicture', name, await encodePng(pixels), x, y),
      select: (ids) => vm.call('select', ids),
      remove: (id) => vm.call('remove', id),
      look: async () => Promise.all((await vm.call<Seen[]>('look')).map(withPixels)),
      undo: () => vm.call('undo'),
      setColourScheme: async (scheme) => colours.change(scheme),
      reopen: start,
    },
    close: async () => vm.close(),
  };
}

/** The panel's end of the messages; they cross by copy. */
export function joined(vm: FigmaVm): Sandbox {
  return new Sandbox({
    send: (message) => vm.send(message),
    listen: (listener) => {
      vm.onMessage = listener;
    },
  });
}

export async function until(met: () => boolean): Promise<void> {
  for (let tries = 0; !met(); tries++) {
    if (tries > 500) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const withPixels = async ({ id, name, corners, png }: Seen): Promise<SeenLayer> => ({
  ...{ id, name, corners },
  pixels: await decodePng(png),
});

class Colours implements HostDependencies {
  private scheme: 'light' | 'dark' = 'light';
  private readonly listeners = new Set<() => void>();

  colourScheme = () => this.scheme;

  onColourScheme = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  change(scheme: 'light' | 'dark'): void {
    this.scheme = scheme;
    for (const listener of this.listeners) listener();
  }

  /** What the canvas does in the panel, by the nearest pixel. */
  async redraw(
    picture: RawPicture,
    size: { width: number; height: number },
  ): Promise<Uint8Array<ArrayBuffer>> {
    const [a, b, c, d, e, f] = picture.toPicture;
    const from: Pixels = await decodePng(picture.bytes);
    const rgba = new Uint8ClampedArray(size.width * size.height * 4);
    for (let i = 0; i < size.width * size.height; i++) {
      const x = (((i % size.width) + 0.5) * picture.width) / size.width;
      const y = ((Math.floor(i / size.width) + 0.5) * picture.height) / size.height;
      const column = Math.floor((a * x + c * y + e) * from.width);
      const row = Math.floor((b * x + d * y + f) * from.height);
      if (column < 0 || row < 0 || column >= from.width || row >= from.height) continue;
      const at = (row * from.width + column) * 4;
      rgba.set(from.rgba.subarray(at, at + 4), i * 4);
    }
    withoutOpacity(rgba, picture.opacity);
    return encodePng({ ...size, rgba });
  }
}
