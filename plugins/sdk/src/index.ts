export {
  type EditClient,
  type EditDependencies,
  type EditStage,
  type EditWatch,
  type FinishedEdit,
  makeEdit,
  PendingEdit,
  resumeEdit,
  workSize,
} from './editFlow.ts';
export {
  type EditorHost,
  HostError,
  type HostEvent,
  type LayerPixels,
  type LayerPreview,
} from './editorHost.ts';
export { exportScale, pixelSize } from './exportScale.ts';
export { HostErrorCode, Layer, Matrix, NoticeKind, PlacedResult } from './hostData.ts';
export { keepEdits } from './keepEdits.ts';
export { decodePng, encodePng, type Pixels } from './png.ts';
export { type PixelSize, sizeOfPng } from './pngSize.ts';
export {
  EditOrder,
  isStyleOrder,
  LayerMemory,
  Masking,
  memoryOfCopy,
  Order,
  Recipe,
  readMemory,
  resultName,
  StyleOrder,
  withEdit,
  wordsOfName,
  writeMemory,
} from './recipe.ts';
export { isCancelled, isLasting, sentenceOf } from './sentences.ts';
