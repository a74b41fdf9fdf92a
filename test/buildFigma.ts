/** The plugin for Figma is built once before the tests, as `npm run build -w plugins/figma` does. */
export { buildFigma as default } from '../plugins/figma/build.ts';
