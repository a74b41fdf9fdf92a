// Tries a device, for the process that wants it (daemon/src/models/chooseDevice.ts).
import './runSources.js';

await import('../src/models/probeDevice.js');
