/** What must happen to incidents in Redis as one act, as Lua. Every script says which keys and arguments it takes. */
import type { Redis, Result } from 'ioredis';

/**
 * Creates an incident, unless its request was seen before or it is too late to ask.
 * KEYS counter, request, incidents, active, audit, blocks · ARGV notAfter (Redis ms) or '', key prefix, record JSON with the
 * id "@", audit JSON with the incident "@", ms for which the request is remembered, JSON of its block with "@" for both or ''.
 * Gives { 'created' | 'seen' | 'late', id }.
 */
const create = `
local seen = redis.call('GET', KEYS[2])
if seen then return { 'seen', seen } end
if ARGV[1] ~= '' then
  local time = redis.call('TIME')
  if time[1] * 1000 + math.floor(time[2] / 1000) > tonumber(ARGV[1]) then return { 'late', '' } end
end
local number = redis.call('INCR', KEYS[1])
local id = 'INC-' .. number
local json = string.gsub(ARGV[3], '"id":"@"', '"id":"' .. id .. '"', 1)
local audit = string.gsub(ARGV[4], '"incident":"@"', '"incident":"' .. id .. '"', 1)
redis.call('HSET', ARGV[2] .. id, 'json', json, 'revision', 0)
redis.call('SET', KEYS[2], id, 'PX', ARGV[5])
redis.call('ZADD', KEYS[3], number, id)
redis.call('SADD', KEYS[4], id)
redis.call('XADD', KEYS[5], '*', 'entry', audit)
redis.call('XADD', KEYS[5] .. ':' .. id, '*', 'entry', audit)
if ARGV[6] ~= '' then
  local block = string.gsub(ARGV[6], '"id":"@"', '"id":"' .. id .. '"', 1)
  redis.call('HSET', KEYS[6], id, (string.gsub(block, '"incident":"@"', '"incident":"' .. id .. '"', 1)))
end
return { 'created', id }`;

/**
 * Puts an act into an incident's inbox, once under each name.
 * KEYS inbox, record, names · ARGV act JSON, name, notAfter (Redis ms) or '', ms to keep. Gives 'told' | 'seen' | 'late' | 'unknown'.
 */
const tell = `
if redis.call('SISMEMBER', KEYS[3], ARGV[2]) == 1 then return 'seen' end
if ARGV[3] ~= '' then
  local time = redis.call('TIME')
  if time[1] * 1000 + math.floor(time[2] / 1000) > tonumber(ARGV[3]) then return 'late' end
end
if redis.call('EXISTS', KEYS[2]) == 0 then return 'unknown' end
redis.call('SADD', KEYS[3], ARGV[2])
redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[3], ARGV[4])
return 'told'`;

/**
 * Saves an incident if nobody saved in between, with what it blocks, where it is shown and its audit lines.
 * KEYS record, active, audit, blocks, places · ARGV id, revision read, JSON, ms to keep it or 0 while there is something
 * to do, block JSON or '', number of places, places…, audit JSON…
 * Gives 1, or 0 when the record was changed by somebody else.
 */
const save = `
if redis.call('HGET', KEYS[1], 'revision') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'json', ARGV[3], 'revision', ARGV[2] + 1)
if ARGV[5] == '' then redis.call('HDEL', KEYS[4], ARGV[1]) else redis.call('HSET', KEYS[4], ARGV[1], ARGV[5]) end
local places = tonumber(ARGV[6])
for i = 7, 6 + places do redis.call('HSET', KEYS[5], ARGV[i], ARGV[1]) end
local lines = KEYS[3] .. ':' .. ARGV[1]
for i = 7 + places, #ARGV do
  redis.call('XADD', KEYS[3], '*', 'entry', ARGV[i])
  redis.call('XADD', lines, '*', 'entry', ARGV[i])
end
if ARGV[4] == '0' then
  redis.call('SADD', KEYS[2], ARGV[1])
  redis.call('PERSIST', KEYS[1])
  redis.call('PERSIST', lines)
else
  redis.call('SREM', KEYS[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  redis.call('PEXPIRE', lines, ARGV[4])
end
return 1`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    pilothouseCreateIncident(...args: (string | number)[]): Result<[string, string], Context>;
    pilothouseTell(...args: (string | number)[]): Result<string, Context>;
    pilothouseSaveIncident(...args: (string | number)[]): Result<number, Context>;
  }
}

export function defineIncidentScripts(redis: Redis): void {
  redis.defineCommand('pilothouseCreateIncident', { numberOfKeys: 6, lua: create });
  redis.defineCommand('pilothouseTell', { numberOfKeys: 3, lua: tell });
  redis.defineCommand('pilothouseSaveIncident', { numberOfKeys: 5, lua: save });
}
