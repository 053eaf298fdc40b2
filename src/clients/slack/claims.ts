/** Who owns a channel that was created but does not say so yet: of several that find it, one gets it. */
import type { Redis } from 'ioredis';

export interface RoomClaims {
  /** Claims the channel for `key` unless somebody has; gives whose it is. */
  claim(channel: string, key: string): Promise<string>;
}

/** Seconds; the channel's purpose says whose it is long before. */
const keptFor = 24 * 60 * 60;

export function createRoomClaims(redis: Redis, prefix: string): RoomClaims {
  return {
    async claim(channel, key) {
      const before = await redis.set(`${prefix}:room:${channel}`, key, 'EX', keptFor, 'NX', 'GET');
      return before ?? key;
    },
  };
}
