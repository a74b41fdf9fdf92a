/**
 * @file Photopea as a program that gets messages and sends some: scripts are run for real, in a sandbox, against documents
 * with real pixels. It runs in Node and in a page.
 */

import { decodePng, encodePng } from '@palimpsest/sdk';
import { executeAction, FakeDescriptor, FakeReference } from './actions.ts';
import { type Colour, DocumentApi, type DocumentStage } from './documentApi.ts';
import { FakeDocument } from './fakeDocument.ts';
import { Uniform } from './pixels.ts';
import { render } from './render.ts';
import { NO_TRAITS, type Traits } from './traits.ts';

/** What scripts do not find in the real one, though it is here. */
const MISSING =
  `window self globalThis document parent postMessage process require setTimeout setInterval fetch
  XMLHttpRequest Function eval`.split(/\s+/);
/** Beyond ES5, or not working there. */
const TOO_NEW = /=>|`|\b(let|const|class|async|await|finally|eval|setTimeout)\b|\.\.\./;

type Outgoing = string | number | boolean | ArrayBuffer;

export class FakePhotopea implements DocumentStage {
  readonly documents: FakeDocument[] = [];
  active = -1;
  traits: Traits = NO_TRAITS;
  /** Every script that was run. */
  readonly scripts: string[] = [];
  /** Whatever a test wants to happen before a script runs. */
  before: (script: string) => void = () => {};
  private readonly listeners = new Set<(message: unknown) => void>();
  private turn: Promise<void> = Promise.resolve();
  /** Of the script that runs: what it sends, in order. */
  private outgoing: (Outgoing | Promise<ArrayBuffer>)[] = [];
  private readonly sent = new WeakSet<FakeDocument>();
  /** Of the script that runs: it has met what kills it. */
  private dead = false;
  private hasDied = false;

  /** What the plugin's page does by postMessage. */
  receive(message: unknown): void {
    const work = () => this.handle(message);
    if (this.traits.mixedAnswers) setTimeout(() => void work(), Math.random() * 10);
    else this.turn = this.turn.then(work);
  }

  listen(listener: (message: unknown) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  add(document: FakeDocument): FakeDocument {
    this.active = this.documents.push(document) - 1;
    if (this.traits.strayDone) this.outgoing.push('done');
    return document;
  }

  get activeDocument(): FakeDocument {
    const document = this.documents[this.active];
    if (document === undefined) throw new Error('No document is open.');
    return document;
  }

  isActive(document: FakeDocument): boolean {
    return this.documents[this.active] === document;
  }

  send(document: FakeDocument, format: string): void {
    if (format !== 'png') throw new Error(`The format ${format} is not known here.`);
    if (document.bits !== 8) throw new Error('Files of 16 bits are not made here.');
    const first = !this.sent.has(document);
    this.sent.add(document);
    if (first && this.traits.missingFiles) return;
    this.outgoing.push(encodePng(render(document)).then(({ buffer }) => buffer));
  }

  mayDie(): void {
    if (!this.traits.silentDeath || this.hasDied) return;
    this.hasDied = true;
    this.dead = true;
    throw new Error('Cannot read properties of undefined');
  }

  close(document: FakeDocument): void {
    this.documents.splice(this.documents.indexOf(document), 1);
    this.active = this.documents.length - 1;
    if (this.traits.strayDone) this.outgoing.push('done');
  }

  private async handle(message: unknown): Promise<void> {
    if (this.traits.strayValues) this.tell(true, 7);
    if (this.traits.strayDone) this.tell('MSFAPI#{"ping":1}', 'done');
    if (message instanceof ArrayBuffer) await this.open(message);
    else if (typeof message === 'string') await this.run(message);
    if (!this.dead) this.tell('done');
  }

  private async open(file: ArrayBuffer): Promise<void> {
    const pixels = await decodePng(new Uint8Array(file)).catch(() => null);
    if (pixels === null) return;
    const open = () => {
      const document = new FakeDocument('Untitled', pixels.width, pixels.height);
      document.layers = [document.newLayer('Background', pixels)];
      document.active = [1];
      this.add(document);
    };
    if (this.traits.slowOpening) setTimeout(open, 40);
    else open();
  }

  private async run(script: string): Promise<void> {
    this.scripts.push(script);
    this.outgoing = [];
    this.dead = false;
    const { outgoing } = this;
    try {
      this.before(script);
      if (this.traits.oldInterpreter && TOO_NEW.test(script.replace(/"(\\.|[^"\\])*"/g, '""'))) {
        throw new Error('unexpected token');
      }
      const names = this.names();
      const values = [...names.values()];
      new Function(...names.keys(), ...MISSING, script)(...values);
    } catch {
      // Nobody is told.
    }
    const files = outgoing.filter((message) => message instanceof Promise);
    const lines = outgoing.filter((message) => !(message instanceof Promise));
    for (const message of this.traits.lateFiles ? [...lines, ...files] : outgoing) this.tell(await message);
  }

  private tell(...messages: Outgoing[]): void {
    for (const message of messages) {
      setTimeout(() => {
        for (const listener of this.listeners) listener(message);
      });
    }
  }

  private api(document: FakeDocument): DocumentApi {
    return new DocumentApi(document, this);
  }

  private names(): Map<string, unknown> {
    const photopea = this;
    const documents = {
      add: (width: number, height: number, _resolution: number, name: string) => {
        const document = new FakeDocument(name, width, height);
        const white = new Uniform(width, height, [255, 255, 255, 255]);
        document.layers = [document.newLayer('Background', white)];
        document.layers[0]!.isBackgroundLayer = this.traits.lockedBackgrounds;
        document.active = [1];
        return this.api(this.add(document));
      },
    };
    const app = {
      get documents() {
        return Object.assign(
          photopea.documents.map((document) => photopea.api(document)),
          documents,
        );
      },
      get activeDocument() {
        return photopea.api(photopea.activeDocument);
      },
      set activeDocument({ document }: DocumentApi) {
        photopea.active = photopea.documents.indexOf(document);
      },
      ...(this.traits.otherVersion ? {} : { version: '30' }),
      echoToOE: (value: Outgoing) => {
        if (!this.dead) this.outgoing.push(value);
      },
      open: (_url: string, _as: null, asSmart: boolean) => this.openSmart(asSmart),
    };
    return new Map<string, unknown>([
      ['app', app],
      ['ElementPlacement', { PLACEATBEGINNING: 'beginning', PLACEBEFORE: 'before', INSIDE: 'inside' }],
      ['SaveOptions', { DONOTSAVECHANGES: 2 }],
      ['AnchorPosition', { TOPLEFT: 'topleft' }],
      ['BlendMode', { NORMAL: 'normal', MULTIPLY: 'multiply' }],
      ['BitsPerChannelType', { EIGHT: 8, SIXTEEN: 16, THIRTYTWO: 32 }],
      [
        'LayerKind',
        {
          NORMAL: 'NORMAL',
          SMARTOBJECT: 'SMARTOBJECT',
          TEXT: 'TEXT',
          SOLIDFILL: 'SOLIDFILL',
          CURVES: 'CURVES',
        },
      ],
      ['DialogModes', { NO: 3 }],
      ['ActionDescriptor', FakeDescriptor],
      ['ActionReference', FakeReference],
      [
        'SolidColor',
        class implements Colour {
          rgb = { red: 0, green: 0, blue: 0 };
        },
      ],
      ['charIDToTypeID', (letters: string) => letters],
      ['executeAction', (id: string, d: FakeDescriptor) => executeAction(this.activeDocument, id, d)],
    ]);
  }

  private openSmart(asSmart: boolean): void {
    const { activeDocument: document } = this;
    if (!asSmart) throw new Error('Only smart objects are opened here.');
    const place = () => document.change(() => document.layers.unshift(document.newLayer('smart')));
    if (this.traits.lateSmartObjects) setTimeout(place, 30);
    else place();
  }
}
