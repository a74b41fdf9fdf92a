/** @file What the person is about to ask for. */

import {
  type Chosen,
  type EditKind,
  type EditOptions,
  heededEdit,
  heededInversion,
  type InversionOptions,
  type OptionName,
  type WrittenEdit,
  writtenEdit,
  writtenInversion,
} from '@palimpsest/protocol';
import type { EditOrder, Masking } from '@palimpsest/sdk';
import { batch, computed, effect, signal } from '@preact/signals';
import { DEFAULT_EDIT, DEFAULT_INVERSION } from './controls.ts';
import { idleReason } from './idle.ts';
import { type NamedWord, partnerOf, readPrompts } from './words.ts';

/** Around what is masked, as a share of its longer side: enough to see what it is part of, at the model's best size. */
export const CONTEXT = 0.5;

/** How the kind of an edit is found: from the words, or as the person says. */
export type KindChoice = 'auto' | EditKind | 'reweight';

export type Learning = Pick<EditOrder, 'model' | 'source' | 'inversion' | 'masking'>;

export class Draft {
  readonly source = signal('');
  readonly target = signal('');
  readonly kind = signal<KindChoice>('auto');
  /** Of words of the target, by name; a word that is not here counts once. */
  readonly weights = signal<ReadonlyMap<string, number>>(new Map());
  readonly edit = signal<WrittenEdit>(DEFAULT_EDIT);
  readonly inversion = signal<InversionOptions>(DEFAULT_INVERSION);
  readonly model = signal('');
  readonly masking = signal<Masking>('none');
  /** Whether the person has marked in the editor where the picture may change. */
  readonly marked = signal(false);
  /** The name of the word that bounds the edit, where the person has chosen one. */
  readonly maskedWord = signal<string | null>(null);
  private changes = 0;

  constructor() {
    // Where the picture may change is said by the editor as well, and is no change by hand.
    const all = [
      ...[this.source, this.target, this.kind, this.weights, this.edit],
      ...[this.inversion, this.maskedWord],
    ];
    effect(() => {
      for (const { value } of all) void value;
      this.changes++;
    });
  }

  /** An empty target means: the same words. Reweighting never changes words. */
  readonly meant = computed(() => {
    const target = this.target.value.trim();
    return this.kind.value === 'reweight' || target === '' ? this.source.value.trim() : target;
  });
  readonly reading = computed(() => readPrompts(this.source.value.trim(), this.meant.value));

  /** What decides which options change anything. */
  readonly chosen = computed((): Chosen => {
    const { blend: _, ...edit } = this.edit.value;
    const blend = this.masking.value === 'word' ? this.blendWords() : null;
    return {
      inversion: this.inversion.value,
      edit: { ...edit, ...(blend === null ? {} : { blend }) },
      masked: this.masking.value === 'selection',
    };
  });

  /** The weights of words that are there and count other than once, where the editor takes any. */
  readonly activeWeights = computed(() => {
    if (this.idle('weights') !== null) return new Map<string, number>();
    const names = new Set(this.reading.value.target.map(({ name }) => name));
    return new Map([...this.weights.value].filter(([name, weight]) => names.has(name) && weight !== 1));
  });

  /** The word that "only this word" means: the chosen one, or the first that is new. */
  readonly boundingWord = computed((): NamedWord | null => {
    const { target, added } = this.reading.value;
    return target.find(({ name }) => name === this.maskedWord.value) ?? added[0] ?? target.at(-1) ?? null;
  });

  /** Why it cannot be sent yet, or null. */
  readonly missing = computed((): string | null => {
    if (this.model.value === '')
      return 'No model is installed: start with "palimpsest serve --models FOLDER".';
    if (this.source.value.trim() === '') return 'Say what is in the picture.';
    if (this.masking.value === 'word' && this.idle('blend') !== null)
      return 'This editor cannot keep the change to a word. Choose “anywhere”, or another editor.';
    const { removed, added } = this.reading.value;
    if (removed.length + added.length + this.activeWeights.value.size > 0) return null;
    return 'Say what it should be: change a word, or the strength of one.';
  });

  /** Why a control that stands for these options changes nothing now, or null. */
  idle(...options: readonly OptionName[]): string | null {
    return idleReason(options, this.chosen.value);
  }

  /** Grows with every change, so that it can be told whether there was one. */
  get revision(): number {
    return this.changes;
  }

  /** The order as it stands. */
  order(): EditOrder {
    const kind = this.kind.value;
    const chosen = this.chosen.value;
    const { context = CONTEXT, ...edit } = chosen.edit ?? this.edit.value;
    const masking = this.masking.value;
    return {
      ...this.learning(),
      target: this.meant.value,
      edit: heededEdit({
        ...edit,
        kind: kind === 'reweight' ? 'auto' : kind,
        weights: [...this.activeWeights.value].map(([word, weight]) => ({ word, weight })),
        ...(masking === 'selection' ? { context } : {}),
      }),
    };
  }

  /** What of the order decides what has to be learned. */
  learning(): Learning {
    const { mode, ...inversion } = this.inversion.value;
    // A method that was chosen goes before the pace, and is refused beside one that it contradicts.
    const isPaced = mode !== undefined && inversion.method === undefined;
    return {
      model: this.model.value,
      source: this.source.value.trim(),
      inversion: heededInversion(isPaced ? { ...inversion, mode } : inversion),
      masking: this.masking.value,
    };
  }

  /** Something is marked in the editor, or nothing any more: who marks something means it. */
  setMarked(isMarked: boolean): void {
    this.marked.value = isMarked;
    if (isMarked) this.masking.value = 'selection';
    else if (this.masking.value === 'selection') this.masking.value = 'none';
  }

  /** Opens an order that was made before. */
  take({ model, source, target, inversion, masking, ...order }: EditOrder): void {
    const edit = writtenEdit(order.edit);
    batch(() => {
      this.model.value = model;
      this.takeWords({ source, target });
      this.inversion.value = writtenInversion(inversion);
      this.edit.value = edit;
      this.kind.value = source === target ? 'reweight' : edit.kind;
      this.weights.value = new Map(edit.weights.map(({ word, weight }) => [word, weight]));
      this.masking.value = this.marked.value ? 'selection' : masking;
      this.maskedWord.value = edit.blend?.target[0] ?? null;
    });
  }

  /** Begins with words alone; how to edit stays as it was. */
  takeWords({ source, target }: { readonly source: string; readonly target: string }): void {
    batch(() => {
      this.source.value = source;
      this.target.value = target;
      this.kind.value = 'auto';
      this.weights.value = new Map();
      this.maskedWord.value = null;
    });
  }

  setWeight(name: string, weight: number): void {
    const weights = new Map(this.weights.value);
    if (weight === 1) weights.delete(name);
    else weights.set(name, weight);
    this.weights.value = weights;
  }

  setEdit(change: Partial<WrittenEdit>): void {
    this.edit.value = { ...this.edit.value, ...change };
  }

  setInversion(change: Partial<InversionOptions>): void {
    this.inversion.value = { ...this.inversion.value, ...change };
  }

  private blendWords(): EditOptions['blend'] | null {
    const word = this.boundingWord.value;
    const partner = word && partnerOf(this.reading.value, word);
    return word && partner && { source: [partner.name], target: [word.name] };
  }
}
