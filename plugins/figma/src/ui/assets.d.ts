/** The bundler puts styles into the style sheet. */

declare module '*.css' {}
