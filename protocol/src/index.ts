export { untilAborted } from './client/abort.ts';
export { type Address, addressOf } from './client/address.ts';
export type { ClientEvents } from './client/clientEvents.ts';
export { type ParamFault, ParamsError } from './client/connection.ts';
export {
  type ClientOptions,
  DaemonClient,
  type SubmitMethod,
  type SubmittedKind,
} from './client/daemonClient.ts';
export { launch, PairingRequest, pair } from './client/letIn.ts';
export type { JobEvent, RemoteJob } from './client/remoteJob.ts';
export { type Contradiction, contradictionsIn, editorContradiction } from './contradictions.ts';
export {
  diffPrompts,
  type EditKind,
  isSameWord,
  type PlacedWord,
  type PromptDifference,
  type Word,
  withoutPunctuation,
  wordsOf,
} from './diffPrompts.ts';
export { asSentence, ERROR_CODES, type ErrorCode, PalimpsestError } from './errors.ts';
export { downloadFault, type FileFault, otherFormat } from './foreignFiles.ts';
export {
  decodeFrame,
  encodeFrame,
  type Frame,
  type FrameError,
  hashPicture,
  MAX_CHUNK_BYTES,
  WINDOW_BYTES,
} from './frames.ts';
export {
  type Asked,
  AskedEdit,
  AskedInversion,
  heededEdit,
  heededInversion,
  KeptEdit,
  KeptInversion,
  notHeeded,
  refusedFor,
  type SharedNeed,
  withoutIdle,
} from './heeding.ts';
export type { InversionInfo } from './inversions.ts';
export {
  JOB_KINDS,
  JobPriority,
  JobProgress,
  JobRecord,
  JobRequest,
  JobResult,
  JobState,
  type Kind,
  picturesOf,
} from './jobs.ts';
export { BlobHash, ModelName, Prompt } from './kinds/parts.ts';
export { type Chosen, lackOf, type Need } from './lackOf.ts';
export {
  MAX_BATCH,
  MAX_INLINE_BYTES,
  MAX_MESSAGE_BYTES,
  MAX_PICTURE_BYTES,
  MAX_PICTURE_PIXELS,
  MAX_TRANSFER_BYTES,
  MAX_TRANSFERS,
  MIN_PICTURE_SIDE,
  PORTS,
  PROTOCOL_VERSION,
  RPC_PATH,
} from './limits.ts';
export { maskValue } from './maskValue.ts';
export type { Access, MethodSpec } from './method.ts';
export { EDIT_METHODS, type EditorName } from './methods/editors/index.ts';
export type { OwnedOption } from './methods/flatShape.ts';
export { INVERSION_METHODS, type InversionName } from './methods/inversions/index.ts';
export { OF_EDITORS, OF_INVERSIONS } from './methods/owned.ts';
export { type OwnOptions, type OwnValues, ownValues } from './methods/ownOption.ts';
export {
  METHODS,
  type MethodName,
  NOTIFICATIONS,
  type NotificationName,
  type NotificationParams,
  type Params,
  type ParamsInput,
  type Result,
} from './methods.ts';
export type { EngineStatus, ModelInfo } from './models.ts';
export { Notice, type NoticeCode, noticesIn } from './notices.ts';
export { openRpcDocument } from './openrpc.ts';
export {
  EditOptions,
  GenerateOptions,
  InversionOptions,
  inversionMethodOf,
  METHOD_OF_MODE,
  type OptionName,
  StyleOptions,
} from './options.ts';
export { OPTION_TITLES } from './optionTitles.ts';
export { plainPrompt } from './plainPrompt.ts';
export {
  type Handshake,
  keyOf,
  nameOfKey,
  newNonce,
  proofOfClient,
  proofOfDaemon,
  TICKET_LIFE,
  type Ticket,
  tokenOfProof,
  writeTicket,
} from './proof.ts';
export { CLOSE_CODES, JSON_RPC_ERRORS, RPC_ERROR_NUMBERS } from './rpcErrors.ts';
export {
  type Bytes,
  bytes,
  type Fact,
  type Facts,
  factsOf,
  foreign,
  foreignMessage,
  listed,
  type Named,
  named,
  type OneOf,
  oneOf,
  ours,
  type Place,
  place,
  readableBytes,
  render,
  type Sentence,
  sentence,
  telling,
  verbatim,
} from './sentence.ts';
export { type ClientInfo, type PendingPairing, PROGRAM, placeOf, shownName } from './session.ts';
export { BlendWordPair, MAX_PROMPT_LENGTH, WordInterval, WordWeight } from './words.ts';
export { type WrittenEdit, writtenEdit, writtenInversion } from './writtenOut.ts';
