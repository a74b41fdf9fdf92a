/** The page is built once before the tests, as `npm start` does. */
export { buildPage as default } from '../plugins/page/build.ts';
