/** The page in a real browser: all suites that leave the daemon as it is, one after the other, with one daemon and browser. */

import { closePlace } from './place.ts';
import './suites/model.ts';
import './suites/idle.ts';
import './suites/messages.ts';
import './suites/page.ts';
import './suites/stage.ts';
import './suites/layout.ts';
import './suites/keyboard.ts';
import './suites/pixels.ts';

closePlace();
