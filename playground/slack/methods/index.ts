/** Every Web API method that the simulated workspace knows. */
import { z } from 'zod';
import { type Methods, method } from './call.ts';
import { canvasMethods } from './canvases.ts';
import { channelMethods } from './channels.ts';
import { chatMethods } from './chat.ts';
import { fileMethods } from './files.ts';
import { historyMethods } from './history.ts';
import { markMethods } from './marks.ts';
import { peopleMethods } from './people.ts';
import { viewMethods } from './views.ts';

/** `openSocket` gives the address of a Socket Mode connection. */
export function allMethods(openSocket: () => string): Methods {
  return {
    'api.test': method({ tier: 'special' }, { error: z.string().optional() }, () => ({})),
    'apps.connections.open': method({ tier: 1, appToken: true }, {}, () => ({ url: openSocket() })),
    ...peopleMethods,
    ...chatMethods,
    ...channelMethods,
    ...historyMethods,
    ...viewMethods,
    ...markMethods,
    ...fileMethods,
    ...canvasMethods,
  };
}
