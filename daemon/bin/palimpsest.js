#!/usr/bin/env node
import './runSources.js';

await import('../src/cli/main.js');
