/** @file What we use of the package, which comes without types: locks of the operating system, which Node does not have. */

declare module 'fs-native-extensions' {
  /** Locks some bytes of an open file, which need not exist, for this handle; false where another handle has them. */
  export function tryLock(
    file: number,
    offset: number,
    length: number,
    options?: { readonly shared?: boolean },
  ): boolean;
}
