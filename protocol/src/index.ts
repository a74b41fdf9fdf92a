export { ERROR_CODES, type ErrorCode, PalimpsestError } from './errors.ts';
