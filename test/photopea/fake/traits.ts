/** @file How the real Photopea is known to be odd, or may be; each can be turned on alone. */

export interface Traits {
  /** 1. What is echoed comes back as what it is; there are booleans and numbers among the messages. */
  readonly strayValues: boolean;
  /** 2. Echoes and files come in order; here, a file comes after the end of its script. */
  readonly lateFiles: boolean;
  /** 3. `app.open(url, null, true)` comes back before the layer is there. */
  readonly lateSmartObjects: boolean;
  /** 4. What is placed is centred on the canvas. */
  readonly centredPlacing: boolean;
  /** 5. A file opens as a document of its own; "done" comes before it is open. */
  readonly slowOpening: boolean;
  /** 6. "done" comes also when a document opens or closes, and before the data; pings come in between. */
  readonly strayDone: boolean;
  /** 7. The first file of a document does not come. */
  readonly missingFiles: boolean;
  /** 8. A script that fails badly ends without a word, not even to its own `catch`. */
  readonly silentDeath: boolean;
  /** 9. Bounds have units, a selection hides the layers' own, one that was there once throws; copies are not returned. */
  readonly oddBounds: boolean;
  /** 10. A file shows the whole canvas: layers reach beyond it, and are hidden, or half transparent. */
  readonly layersBeyondCanvas: boolean;
  /** 11. Backgrounds are locked, and the history cannot be set by a script. */
  readonly lockedBackgrounds: boolean;
  /** 12. An interpreter of ES5 without eval and timers; `finally` is not run, and a `return` in `try` is lost. */
  readonly oldInterpreter: boolean;
  /** 13. Two scripts at a time mix their answers. */
  readonly mixedAnswers: boolean;
  /** 14. An embedded Photopea wants a referrer. */
  readonly wantsReferrer: boolean;
  /** 15. Another version: it tells none, lacks names, and puts copies on top wherever they should go. */
  readonly otherVersion: boolean;
  /** 16. A copy has the number of its original (tsunehimatoi/psd2live#4). */
  readonly keptIds: boolean;
  /** 17. What gets into an artboard, or out of it, keeps its place within the board (photopea/photopea#3282, #3283). */
  readonly artboardOffsets: boolean;
  /** 18. The same, but only on the way in. */
  readonly artboardOffsetsIn: boolean;
}

export const NO_TRAITS: Traits = {
  strayValues: false,
  lateFiles: false,
  lateSmartObjects: false,
  centredPlacing: false,
  slowOpening: false,
  strayDone: false,
  missingFiles: false,
  silentDeath: false,
  oddBounds: false,
  layersBeyondCanvas: false,
  lockedBackgrounds: false,
  oldInterpreter: false,
  mixedAnswers: false,
  wantsReferrer: false,
  otherVersion: false,
  keptIds: false,
  artboardOffsets: false,
  artboardOffsetsIn: false,
};

export const TRAIT_NAMES = Object.keys(NO_TRAITS) as readonly (keyof Traits)[];
