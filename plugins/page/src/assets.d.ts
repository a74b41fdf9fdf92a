/** The bundler puts the bytes of a picture into the script, and styles into the style sheet. */

declare module '*.png' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}

declare module '*.css' {}
