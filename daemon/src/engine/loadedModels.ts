/** @file The models in memory. A new one pushes out the least recently used. */

import { inspectModel } from '../execution/inspect.ts';
import { Networks } from '../execution/networks.ts';
import type { SessionOptions } from '../execution/session.ts';
import { StableDiffusion } from '../execution/stableDiffusion.ts';
import { sameLoras } from '../weights/loraChoice.ts';
import type { Precision } from '../weights/precision.ts';
import type { PlacedModel } from './messages.ts';

export interface LoadedModel {
  readonly model: StableDiffusion;
  readonly networks: Networks;
  /** Of its weights, which the runtime maps into memory. */
  readonly bytes: number;
  readonly place: PlacedModel;
}

export interface LoadedModelsOptions {
  /** Where graphs are kept between runs. */
  readonly graphs: string;
  /** Where weights with LoRAs in them are kept. */
  readonly merged: string;
  readonly session: SessionOptions;
  readonly precision: Precision;
  readonly maxModels: number;
  /** Of weights; one model is kept in any case. */
  readonly maxModelBytes: number;
}

export class LoadedModels {
  /** Least recently used first. */
  private readonly models = new Map<string, LoadedModel>();

  private readonly options: LoadedModelsOptions;

  constructor(options: LoadedModelsOptions) {
    this.options = options;
  }

  /** Names, least recently used first. */
  get names(): string[] {
    return [...this.models.keys()];
  }

  /**
   * The model of that name, opened if it is not; others are unloaded until the limits hold.
   *
   * @throws {PalimpsestError} as `StableDiffusion`.
   */
  async use(place: PlacedModel): Promise<LoadedModel> {
    const known = this.models.get(place.name);
    const loaded = known !== undefined && isSame(known.place, place) ? known : this.open(place);
    if (known !== undefined && loaded !== known) await this.unload(place.name);
    this.models.delete(place.name);
    this.models.set(place.name, loaded);
    await this.makeRoom();
    return loaded;
  }

  /** Gives a model's memory back; one that is not loaded is no error. */
  async unload(name: string): Promise<void> {
    const loaded = this.models.get(name);
    this.models.delete(name);
    await loaded?.networks.dispose();
  }

  private open(place: PlacedModel): LoadedModel {
    const { graphs, merged, session, precision } = this.options;
    const { folder, imageEncoder, vae, loras = [] } = place;
    const networks = new Networks(graphs, session, precision);
    const model = new StableDiffusion(folder, networks, {
      imageEncoder,
      vae,
      loras: loras.length === 0 ? undefined : { choices: loras, folder: merged },
    });
    const { components } = inspectModel(model);
    const bytes = Object.values(components).reduce((sum, component) => sum + component.bytes, 0);
    return { model, networks, bytes, place };
  }

  private async makeRoom(): Promise<void> {
    const { maxModels, maxModelBytes } = this.options;
    const bytes = () => [...this.models.values()].reduce((sum, loaded) => sum + loaded.bytes, 0);
    while (this.models.size > 1 && (this.models.size > maxModels || bytes() > maxModelBytes)) {
      await this.unload(this.names[0]!);
    }
  }
}

const isSame = (a: PlacedModel, b: PlacedModel): boolean =>
  a.folder === b.folder &&
  a.imageEncoder === b.imageEncoder &&
  a.vae === b.vae &&
  sameLoras(a.loras, b.loras);
