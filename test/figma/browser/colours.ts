/** Some of the variables that Figma gives a page with `themeColors`. */

export const COLOURS = {
  light: { bg: '#ffffff', text: 'rgba(0, 0, 0, 0.9)', border: '#e6e6e6' },
  dark: { bg: '#2c2c2c', text: '#ffffff', border: '#444444' },
} as const;
