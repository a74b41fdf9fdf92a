// The engine process, started by the supervisor (daemon/src/engine/engineProcess.ts).
import './runSources.js';

await import('../src/engine/main.js');
