export { ERROR_CODES, type ErrorCode, PalimpsestError } from './errors.ts';
export {
  BlendWordPair,
  EditOptions,
  GenerateOptions,
  InversionOptions,
  WordInterval,
  WordWeight,
} from './options.ts';
