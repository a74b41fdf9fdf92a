/**
 * @file What a host gives and is given, as far as it is plain data: it is kept while a panel is closed, and sent between
 * the halves of a plugin, so it has schemas. It runs anywhere, also where there is nothing but the language.
 */

import * as z from 'zod/mini';

/** In units of a document. */
export const Length = z.number().check(z.positive());
/** Of a picture, in pixels. */
export const Side = z.int().check(z.positive());
export const ByteArray = z.custom<Uint8Array<ArrayBuffer>>((value) => value instanceof Uint8Array);

/** A text that a host keeps: up to 64 kB by the contract, with room to spare. */
export const KeptText = z.string().check(z.maxLength(100_000));

/** From a layer's box to the document: x' = a x + c y + e, y' = b x + d y + f; as a canvas and SVG have it. */
export const Matrix = z.readonly(
  z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()]),
);
export type Matrix = z.infer<typeof Matrix>;

/** A layer as it was when the host was asked. It holds no pixels, so that asking is quick. */
export const Layer = z.readonly(
  z.object({
    /** The host's name for it, the same for as long as the document is open. Nobody else reads anything into it. */
    id: z.string(),
    /** As the person sees it in the editor. */
    name: z.string(),
    /** The box that is exported, in units of the document, before the transform; above 0. */
    width: Length,
    height: Length,
    /** Where the box lies in the document: its corners are those of (0, 0) to (width, height), transformed. */
    transform: Matrix,
    /**
     * Pixels for each unit of the box at which nothing is lost or made up: 1 for a layer of pixels, the photo's own
     * resolution where the editor has scaled a photo. null for what is drawn anew at any scale, such as text and shapes.
     */
    naturalScale: z.nullable(z.number()),
  }),
);
export type Layer = z.infer<typeof Layer>;

/** A finished edit, to be placed. */
export const PlacedResult = z.readonly(
  z.object({
    /** What was edited, as it was then. */
    source: Layer,
    /** The edited pixels, of the size that was exported. */
    png: ByteArray,
    width: Side,
    height: Side,
    /** For the new layer: such as "a dog -> a tiger". It is data: any character may be in it. */
    name: z.string(),
    /** For `recall` of the new layer. */
    memory: KeptText,
    /** For `recall` of the source from now on; left out where the source is gone or cannot keep it. */
    sourceMemory: KeptText,
  }),
);
export type PlacedResult = z.infer<typeof PlacedResult>;

/** What a person is told, from a passing note to a failure. */
export const NoticeKind = z.enum(['info', 'error']);
export type NoticeKind = z.infer<typeof NoticeKind>;

/** Why a host could not do what it was asked. */
export const HostErrorCode = z.enum([
  /** The layer, or its document, is not there any more. */
  'LAYER_GONE',
  /** The layer is there and cannot be exported: nothing visible in it, or of a kind that has no pixels. */
  'LAYER_UNSUITABLE',
  /** The editor refused, did not answer in time, or failed. */
  'EDITOR_FAILED',
]);
export type HostErrorCode = z.infer<typeof HostErrorCode>;
