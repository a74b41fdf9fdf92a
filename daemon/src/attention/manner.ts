/** @file Whether attention control does what it says, or what the official code does. */

/** `official` keeps the quirks of Prompt-to-Prompt's published code, for parity with it. */
export type Manner = 'exact' | 'official';
