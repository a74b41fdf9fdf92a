export { untilAborted } from './client/abort.ts';
export { type Address, addressOf } from './client/address.ts';
export type { ClientEvents } from './client/clientEvents.ts';
export {
  type ClientOptions,
  DaemonClient,
  type SubmitMethod,
} from './client/daemonClient.ts';
export { launch, PairingRequest, pair } from './client/letIn.ts';
export type { JobEvent, RemoteJob } from './client/remoteJob.ts';
export {
  diffPrompts,
  type EditKind,
  isSameWord,
  type PlacedWord,
  type PromptDifference,
  type Word,
  wordsOf,
} from './diffPrompts.ts';
export { ERROR_CODES, type ErrorCode, PalimpsestError } from './errors.ts';
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
  type Chosen,
  EDITORS_HEEDING,
  INVERSIONS_HEEDING,
  lackOf,
  type Need,
  type OptionName,
} from './heededOptions.ts';
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
  BlendWordPair,
  EditOptions,
  GenerateOptions,
  InversionOptions,
  MAX_PROMPT_LENGTH,
  METHOD_OF_MODE,
  StyleOptions,
  WordInterval,
  WordWeight,
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
  tokenOfProof,
} from './proof.ts';
export { CLOSE_CODES, JSON_RPC_ERRORS, RPC_ERROR_NUMBERS } from './rpcErrors.ts';
export { type ClientInfo, type PendingPairing, PROGRAM, placeOf } from './session.ts';
