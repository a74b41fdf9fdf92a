/** @file What was measured so far, outside the repository: one file for each scene, so that a long run can be stopped. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../../daemon/src/files/writeFile.ts';
import { EditRecord } from './measure.ts';
import { StyleRecord } from './style.ts';

/** What the figures of one folder have in common. */
export const Conditions = z.object({
  /** The model's fingerprint. */
  model: z.string(),
  steps: z.number(),
  /** null: each method's own. */
  innerSteps: z.number().nullable(),
});
export type Conditions = z.infer<typeof Conditions>;

/** Of one scene and one pair for style transfer: what was measured, by the rows' keys. */
const SceneRecords = z.object({
  edits: z.record(z.string(), EditRecord),
  styles: z.record(z.string(), StyleRecord),
});
export type SceneRecords = z.infer<typeof SceneRecords>;

const CONDITIONS = 'conditions.json';

export class WorkFolder {
  private readonly folder: string;
  readonly conditions: Conditions;

  private constructor(folder: string, conditions: Conditions) {
    this.folder = folder;
    this.conditions = conditions;
  }

  /**
   * Opens a folder, or makes it.
   *
   * @throws {Error} when it holds figures of another model or of other settings, which would not belong together.
   */
  static create(folder: string, conditions: Conditions): WorkFolder {
    mkdirSync(folder, { recursive: true });
    if (!readdirSync(folder).includes(CONDITIONS)) {
      writeFileSync(join(folder, CONDITIONS), JSON.stringify(conditions));
    }
    const found = WorkFolder.open(folder);
    if (JSON.stringify(found.conditions) !== JSON.stringify(conditions)) {
      throw new Error(
        `${folder} holds figures of another model or other settings (${JSON.stringify(found.conditions)}). Name another folder.`,
      );
    }
    return found;
  }

  static open(folder: string): WorkFolder {
    return new WorkFolder(
      folder,
      Conditions.parse(JSON.parse(readFileSync(join(folder, CONDITIONS), 'utf8'))),
    );
  }

  /** What is known of a scene, counted from 0. */
  read(scene: number): SceneRecords {
    if (!readdirSync(this.folder).includes(nameOf(scene))) return { edits: {}, styles: {} };
    return SceneRecords.parse(JSON.parse(readFileSync(join(this.folder, nameOf(scene)), 'utf8')));
  }

  /** All scenes of which something is known, in their order. */
  readAll(): SceneRecords[] {
    const scenes = readdirSync(this.folder).flatMap((name) => /^scene-(\d+)\.json$/.exec(name)?.[1] ?? []);
    return scenes.sort().map((scene) => this.read(Number(scene)));
  }

  async write(scene: number, records: SceneRecords): Promise<void> {
    await writeFileAtomic(join(this.folder, nameOf(scene)), Buffer.from(JSON.stringify(records)));
  }
}

const nameOf = (scene: number): string => `scene-${String(scene).padStart(4, '0')}.json`;
