/** @file Everything that the panel knows: the selection, the draft, the connection and the edits, put together. */

import { type Address, type DaemonClient, heededInversion } from '@palimpsest/protocol';
import {
  type EditorHost,
  isStyleOrder,
  type Layer,
  type LayerMemory,
  type Order,
  readMemory,
  sentenceOf,
} from '@palimpsest/sdk';
import { batch, computed, effect, signal } from '@preact/signals';
import { ConnectionModel } from './connection.ts';
import { careful, moreStyle, type Pace, paced, strengthened } from './controls.ts';
import { Draft } from './draft.ts';
import { DraftKeeper } from './draftKeeper.ts';
import { type EditEntry, Edits } from './edits.ts';
import { learningOf, madeAlike, type ReadyEdit } from './readiness.ts';
import { StyleDraft, type StylePair } from './styleDraft.ts';
import { commonOrder, subjectsOf } from './subjects.ts';
import { Thumbnail } from './thumbnail.ts';
import { WordMaps } from './wordMaps.ts';

/** Editors tell every click; the panel follows when it is quiet for this long, in ms. */
const SETTLE = 120;
/** The setting of what the person chose last: 'instant' or 'careful'. */
const PACE = 'pace';

export class PanelModel {
  readonly connection: ConnectionModel;
  readonly draft = new Draft();
  readonly style = new StyleDraft(this.draft);
  readonly edits: Edits;
  readonly maps = new WordMaps();
  /** What an edit works on: the selected layers, or what a selected result was made from. */
  readonly subjects = signal<readonly Layer[]>([]);
  readonly memory = signal<LayerMemory>(readMemory(null));
  /** Of the first subject. */
  readonly thumbnail: Thumbnail;
  readonly colourScheme = signal<'light' | 'dark'>('light');
  /** An edit like this one whose inversion is still there, so that the next starts at once. */
  readonly ready = signal<ReadyEdit | null>(null);
  /** Two selected layers, where the daemon can transfer styles. */
  readonly stylePair = computed((): StylePair | null => {
    const state = this.connection.state.value;
    const [upper, lower, ...others] = this.subjects.value;
    if (state.name !== 'connected' || upper === undefined || lower === undefined || others.length > 0)
      return null;
    return state.client.welcome.capabilities.includes('styleTransfer')
      ? this.style.pair([upper, lower])
      : null;
  });
  readonly styling = computed(() => this.stylePair.value !== null && this.style.chosen.value);
  /** Why nothing can be sent yet, or null. */
  readonly missing = computed(() => (this.styling.value ? this.style.missing() : this.draft.missing.value));
  private readonly endings: (() => void)[] = [];
  private settling: ReturnType<typeof setTimeout> | undefined;
  /** The selection that the draft was last opened for, and how often one has been looked at. */
  private followed = '';
  private turns = 0;
  private readonly keeper: DraftKeeper;

  readonly host: EditorHost;

  constructor(host: EditorHost, address: Address, onConnected?: (client: DaemonClient) => void) {
    this.host = host;

    this.connection = new ConnectionModel(host, address, onConnected);
    this.thumbnail = new Thumbnail(host);
    this.keeper = new DraftKeeper(host);
    this.edits = new Edits(host, () => this.afterKeeping());
    this.colourScheme.value = host.colourScheme();
    this.endings.push(
      host.on('theme', () => {
        this.colourScheme.value = host.colourScheme();
      }),
      host.on('selection', () => {
        clearTimeout(this.settling);
        const revision = this.edits.isKeeping ? null : this.draft.revision;
        this.settling = setTimeout(() => void this.followSelection(revision), SETTLE);
      }),
      host.on('mask', () => this.draft.setMarked(true)),
      host.on('unmask', () => this.draft.setMarked(false)),
      effect(() => this.whenConnected()),
      effect(() => void this.lookForInversion()),
      effect(() => this.keepDraft()),
      effect(() => this.host.heedMarks?.(!this.styling.value && this.draft.masking.value === 'selection')),
    );
    void this.recallPace();
    void this.followSelection(this.draft.revision);
    void this.connection.look();
  }

  /** Sends the draft off for every selected layer, or the one that gets the other's style. */
  async submit(): Promise<void> {
    // What the person has just marked counts, also where the editor tells that only when it is asked.
    await this.host.selection().catch((error: unknown) => this.host.notify(sentenceOf(error), 'error'));
    const state = this.connection.state.value;
    if (state.name !== 'connected' || this.missing.value !== null) return;
    const pair = this.styling.value ? this.stylePair.value : null;
    if (pair !== null) this.edits.start(state.client, [pair.content], this.style.order(pair));
    else this.edits.start(state.client, this.subjects.value, this.draft.order());
  }

  /** Opens an order that was made before. */
  open(order: Order): void {
    if (!isStyleOrder(order)) {
      this.style.chosen.value = false;
      this.draft.take(order);
      return;
    }
    this.style.take(order);
    if (this.stylePair.value === null)
      this.host.notify(`Select this layer and “${order.style.name}” together.`, 'info');
  }

  /** How pictures are learned from now on, and when the panel is opened the next time. */
  async choosePace(pace: Pace): Promise<void> {
    this.draft.inversion.value = paced(this.draft.inversion.value, pace);
    await this.host.writeSetting(PACE, pace);
  }

  /** Makes a quick edit once more with the picture learned; the quick one can be kept meanwhile. */
  carefully({ order, layer }: EditEntry): void {
    const state = this.connection.state.value;
    if (state.name !== 'connected') return;
    // A quick order says nothing of how to learn: the form does.
    const inversion = heededInversion(careful({ ...this.draft.inversion.value, ...order.inversion }));
    this.edits.start(state.client, [layer], { ...order, inversion });
  }

  /** Tries an edit that failed once more. */
  retry(entry: EditEntry): void {
    const state = this.connection.state.value;
    if (state.name === 'connected') this.edits.retry(state.client, entry);
  }

  /** Makes an edit once more, changing the picture more or less; the result at hand is thrown away. */
  again(entry: EditEntry, by: number): void {
    const state = this.connection.state.value;
    if (state.name !== 'connected') return;
    const order = isStyleOrder(entry.order)
      ? { ...entry.order, options: moreStyle(entry.order.options, by) }
      : { ...entry.order, edit: strengthened(entry.order.edit, by) };
    // Else the words on screen are those of another layer.
    if (entry.layer.id === this.subjects.value[0]?.id) {
      if (isStyleOrder(order)) this.style.take(order);
      else this.draft.take(order);
    }
    void this.edits.remove(entry);
    this.edits.start(state.client, [entry.layer], order);
  }

  /** Asks for the maps of words, where the picture has been learned. */
  loadMaps(): void {
    const state = this.connection.state.value;
    const made = this.ready.value;
    // Within a mask, not the picture was learned but a part of it.
    if (state.name === 'connected' && made !== null && made.order.masking !== 'selection')
      void this.maps.load(state.client, made);
  }

  close(): void {
    for (const end of this.endings) end();
    clearTimeout(this.settling);
    void this.keeper.flush();
    this.connection.close();
    this.edits.close();
    this.maps.clear();
    void this.thumbnail.show(null);
  }

  /**
   * @param revision of the draft when the selection changed: where it has been changed by hand since, it stays. Editors may
   *   take a while to answer. null where it was not the person who changed the selection: the draft stays with its layer.
   */
  private async followSelection(revision: number | null): Promise<void> {
    const turn = ++this.turns;
    try {
      await this.takeSelection(turn, revision);
    } catch (error) {
      if (turn !== this.turns) return;
      this.host.notify(sentenceOf(error), 'error');
      // Else the layer that was selected before would be edited in the place of this one.
      this.followed = '';
      this.subjects.value = [];
      this.memory.value = readMemory(null);
      void this.thumbnail.show(null);
    }
  }

  private async takeSelection(turn: number, revision: number | null): Promise<void> {
    // The layer may be selected again soon.
    await this.keeper.flush();
    const selected = await Promise.all(
      (await this.host.selection()).map(async (layer) => ({
        layer,
        memory: readMemory(await this.host.recall(layer.id)),
      })),
    );
    const subjects = await subjectsOf(this.host, selected);
    const [first] = subjects;
    const memory = readMemory(first === undefined ? null : await this.host.recall(first.id));
    // Another selection has come in the meantime.
    if (turn !== this.turns) return;

    const ids = selected.map(({ layer }) => layer.id).join('\n');
    const other = first?.id !== this.subjects.value[0]?.id;
    const untouched = ids !== this.followed && (revision === null ? other : revision === this.draft.revision);
    this.followed = ids;
    batch(() => {
      this.subjects.value = subjects;
      this.memory.value = memory;
      const order = commonOrder(selected);
      if (untouched && order !== null) this.open(order);
      else if (untouched && other && subjects.length === 1) this.openMemory(memory);
    });
    if (other) this.maps.clear();
    // Words that were typed meanwhile are those of this layer from now on.
    if (other && !untouched) this.keepDraft();
    // It may be that of another document, with edits under way.
    void this.resume();
    await this.thumbnail.show(first ?? null);
  }

  /** Results may be selected by now, and the person may have typed other words for their source meanwhile. */
  private async afterKeeping(): Promise<void> {
    clearTimeout(this.settling);
    await this.followSelection(null);
  }

  private openMemory({ draft, history }: LayerMemory): void {
    const [last] = history;
    if (draft !== undefined) this.draft.takeWords(draft);
    else if (last !== undefined) this.open(last.order);
    else this.draft.takeWords({ source: '', target: '' });
  }

  private whenConnected(): void {
    const [first] = this.connection.models.value;
    const known = this.connection.models.value.some(({ name }) => name === this.draft.model.peek());
    if (!known && first !== undefined) this.draft.model.value = first.name;
    void this.resume();
  }

  private async resume(): Promise<void> {
    const state = this.connection.state.value;
    try {
      if (state.name === 'connected') await this.edits.resume(state.client);
      await this.edits.lookForLayers();
    } catch (error) {
      this.host.notify(sentenceOf(error), 'error');
    }
  }

  private async recallPace(): Promise<void> {
    const { revision } = this.draft;
    const kept = await this.host.readSetting(PACE);
    if (kept === 'careful' && revision === this.draft.revision)
      this.draft.inversion.value = careful(this.draft.inversion.value);
  }

  private async lookForInversion(): Promise<void> {
    const state = this.connection.state.value;
    const wanted = learningOf(this.draft.learning());
    // What is finished and not kept yet has been learned as well.
    const finished = this.edits.entries.value.flatMap(({ layer, finished }) =>
      layer.id === this.subjects.value[0]?.id && finished.value !== null ? finished.value.recipe : [],
    );
    const made = madeAlike(wanted, [...finished, ...this.memory.value.history]);
    this.ready.value = null;
    if (state.name !== 'connected' || made?.inversion === undefined) return;
    const found = await state.client.call('inversions.get', { id: made.inversion }).catch(() => null);
    if (found !== null && learningOf(this.draft.learning()) === wanted) this.ready.value = made;
  }

  private keepDraft(): void {
    const draft = { source: this.draft.source.value, target: this.draft.target.value };
    const [first, ...others] = this.subjects.peek();
    if (first !== undefined && others.length === 0) this.keeper.note(first.id, draft);
  }
}
