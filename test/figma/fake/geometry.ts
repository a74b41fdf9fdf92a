/** Affine maps as Figma writes them, in rows. On purpose not the plugin's own: they check each other. */

export type Point = readonly [number, number];

export const IDENTITY: Transform = [
  [1, 0, 0],
  [0, 1, 0],
];

export const times = (left: Transform, right: Transform): Transform => {
  const cell = (row: 0 | 1, column: 0 | 1 | 2): number =>
    left[row][0] * right[0][column] + left[row][1] * right[1][column] + (column === 2 ? left[row][2] : 0);
  return [
    [cell(0, 0), cell(0, 1), cell(0, 2)],
    [cell(1, 0), cell(1, 1), cell(1, 2)],
  ];
};

export function inverted([[a, c, e], [b, d, f]]: Transform): Transform {
  const size = a * d - b * c;
  return [
    [d / size, -c / size, (c * f - d * e) / size],
    [-b / size, a / size, (b * e - a * f) / size],
  ];
}

export const at = ([[a, c, e], [b, d, f]]: Transform, [x, y]: Point): Point => [
  a * x + c * y + e,
  b * x + d * y + f,
];

export const moved = ([[a, c], [b, d]]: Transform, [x, y]: Point): Transform => [
  [a, c, x],
  [b, d, y],
];

/** Counter-clockwise, as Figma counts, about the upper left corner. */
export function rotation(degrees: number): Transform {
  const angle = (degrees * Math.PI) / 180;
  return [
    [Math.cos(angle), Math.sin(angle), 0],
    [-Math.sin(angle), Math.cos(angle), 0],
  ];
}

export function corners(transform: Transform, width: number, height: number): Point[] {
  const box: readonly Point[] = [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ];
  return box.map((corner) => at(transform, corner));
}

export function bounds(points: readonly Point[]): Rect {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}
