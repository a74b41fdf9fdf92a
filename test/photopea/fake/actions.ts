/** @file The two recorded actions that the scripts play: a selection from a layer, and a layer mask from the selection. */

import type { FakeDocument } from './fakeDocument.ts';

/** A recorded action's values, by the four letters that name them. */
export class FakeDescriptor {
  readonly values = new Map<string, unknown>();
  putClass(key: string, value: string): void {
    this.values.set(key, value);
  }
  putReference(key: string, value: FakeReference): void {
    this.values.set(key, value.name);
  }
  putEnumerated(key: string, _type: string, value: string): void {
    this.values.set(key, value);
  }
}

export class FakeReference {
  name = '';
  putProperty(_kind: string, name: string): void {
    this.name = name;
  }
  putEnumerated(_kind: string, _type: string, name: string): void {
    this.name = name;
  }
}

export function executeAction(document: FakeDocument, action: string, { values }: FakeDescriptor): void {
  const layer = document.find(document.active[0] ?? -1);
  if (action === 'setd' && values.get('null') === 'fsel' && values.get('T   ') === 'Trsp') {
    document.change(() => {
      const { width, height } = document;
      const selection = new Uint8ClampedArray(width * height);
      const { pixels, x, y } = layer;
      const { rgba } = pixels;
      for (let row = Math.max(0, -y); row < Math.min(pixels.height, height - y); row++) {
        for (let column = Math.max(0, -x); column < Math.min(pixels.width, width - x); column++)
          selection[(row + y) * width + column + x] = rgba[(row * pixels.width + column) * 4 + 3]!;
      }
      document.selection = selection;
    });
  } else if (action === 'Mk  ' && values.get('At  ') === 'Msk ' && values.get('Usng') === 'RvlS') {
    if (document.selection === null) throw new Error('There is no selection to reveal.');
    document.change(() => {
      layer.mask = document.selection;
      document.selection = null;
      document.hadSelection = true;
    });
  } else {
    // The real one shows a dialog that the person has to close.
    throw new Error(`Unknown action "${action}"`);
  }
}
