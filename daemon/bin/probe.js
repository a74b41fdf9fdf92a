// Tries a device, for the process that wants it (daemon/src/execution/chooseDevice.ts).
import './runSources.js';

await import('../src/execution/probeDevice.js');
