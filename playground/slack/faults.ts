/** The ways to break the simulated workspace, for tests and demos. */
import type { Sockets } from './delivery/sockets.ts';
import type { HttpServer } from './server.ts';
import type { State } from './state.ts';
import type { Faults } from './types.ts';

export function faults(state: State, http: HttpServer, sockets: Sockets, stopping: AbortSignal): Faults {
  const { faults: broken } = state;
  let outages = 0;
  const outage: Faults['outage'] = (on, how = '503') => {
    outages++;
    if (on) broken.outage = how;
    else delete broken.outage;
    http.release();
    if (on && how === 'refuse') {
      sockets.cut();
      http.cut();
    }
  };
  return {
    outage,
    down: (ms, how) => {
      outage(true, how);
      const mine = outages;
      // One that was begun or ended by hand meanwhile goes its own way.
      state.clock.sleep(ms, stopping).then(
        () => mine === outages && outage(false),
        () => {},
      );
    },
    rateLimit: (method, seconds, times) => void broken.limited.set(method, { seconds, times }),
    error: (method, code, times = 1) => void broken.errors.set(method, { code, times }),
    latency: (ms) => {
      broken.latencyMs = ms;
    },
    loseAnswer: (method, times) => void broken.lost.set(method, times),
    refuseBlocks: (types) => {
      broken.refusedBlocks.clear();
      for (const type of types) broken.refusedBlocks.add(type);
    },
    forgetGroups: (on = true, code = 'internal_error') => {
      if (on) broken.groupsError = code;
      else delete broken.groupsError;
    },
    disconnectSockets: (reason = 'refresh_requested') => sockets.disconnect(reason),
  };
}
