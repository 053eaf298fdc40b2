/** What must happen in Redis as one act, as Lua. Every script says which keys and arguments it takes. */
import type { Redis, Result } from 'ioredis';

/**
 * Creates a deployment, unless its request was seen before or it is too late to ask.
 * KEYS counter, request, deployments, active, audit · ARGV notAfter (Redis ms), key prefix, record JSON with the id
 * "@", audit JSON with the id "@", ms for which the request is remembered, response URL or '', its key's prefix, ms it lives.
 * Gives { 'created' | 'seen' | 'late', id }.
 */
const create = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local seen = redis.call('GET', KEYS[2])
if seen then return { 'seen', seen } end
if now > tonumber(ARGV[1]) then return { 'late', '' } end
local number = redis.call('INCR', KEYS[1])
local id = 'D-' .. number
local json = string.gsub(ARGV[3], '"id":"@"', '"id":"' .. id .. '"', 1)
local audit = string.gsub(ARGV[4], '"deployment":"@"', '"deployment":"' .. id .. '"', 1)
redis.call('HSET', ARGV[2] .. id, 'json', json, 'revision', 0, 'ended', 0)
redis.call('SET', KEYS[2], id, 'PX', ARGV[5])
redis.call('ZADD', KEYS[3], number, id)
redis.call('SADD', KEYS[4], id)
redis.call('XADD', KEYS[5], '*', 'entry', audit)
redis.call('XADD', KEYS[5] .. ':' .. id, '*', 'entry', audit)
if ARGV[6] ~= '' then redis.call('SET', ARGV[7] .. id, ARGV[6], 'PX', ARGV[8]) end
return { 'created', id }`;

/**
 * Saves a record if nobody saved in between, with its audit lines, and lets the environment's lock go where told. With
 * the end it is settled when all of it goes, and the list of deployments loses those that are gone.
 * KEYS record, lock, active, audit, screen, deployments, expiring, answers that stop it · ARGV id, revision read, JSON,
 * ms to keep it from now on or 0 while it has not ended, 'release the lock' 0|1, 'not if it was stopped' 0|1, audit JSON…
 * Gives 1, or 0 when the record was changed, or stopped, by somebody else.
 */
const save = `
if redis.call('HGET', KEYS[1], 'revision') ~= ARGV[2] then return 0 end
if ARGV[6] == '1' and redis.call('EXISTS', KEYS[8]) == 1 then return 0 end
local ended = ARGV[4] ~= '0'
redis.call('HSET', KEYS[1], 'json', ARGV[3], 'revision', ARGV[2] + 1, 'ended', ended and 1 or 0)
if ARGV[5] == '1' and redis.call('HGET', KEYS[2], 'deployment') == ARGV[1] then redis.call('DEL', KEYS[2]) end
local lines = KEYS[4] .. ':' .. ARGV[1]
for i = 7, #ARGV do
  redis.call('XADD', KEYS[4], '*', 'entry', ARGV[i])
  redis.call('XADD', lines, '*', 'entry', ARGV[i])
end
if ended then
  redis.call('SREM', KEYS[3], ARGV[1])
  for _, key in ipairs({ KEYS[1], KEYS[5], lines }) do redis.call('PEXPIRE', key, ARGV[4]) end
  local time = redis.call('TIME')
  redis.call('ZADD', KEYS[7], time[1] * 1000 + ARGV[4], ARGV[1])
  local gone = redis.call('ZRANGEBYSCORE', KEYS[7], '-inf', time[1] * 1000, 'LIMIT', 0, 100)
  for _, id in ipairs(gone) do
    redis.call('ZREM', KEYS[6], id)
    redis.call('ZREM', KEYS[7], id)
  end
end
return 1`;

/**
 * Writes a line of the audit, also into those of its deployment, which go when its record goes.
 * KEYS audit, record · ARGV entry JSON, deployment's id or '', ms to keep its lines where there is no record.
 */
const audit = `
redis.call('XADD', KEYS[1], '*', 'entry', ARGV[1])
if ARGV[2] == '' then return 1 end
local lines = KEYS[1] .. ':' .. ARGV[2]
redis.call('XADD', lines, '*', 'entry', ARGV[1])
local left = redis.call('PTTL', KEYS[2])
if left == -2 then left = tonumber(ARGV[3]) end
if left > 0 then redis.call('PEXPIRE', lines, left) end
return 1`;

/**
 * Saves what is known of a deployment's message if nobody saved in between; it goes when the record goes.
 * KEYS screen, record · ARGV revision read, JSON, ms to keep it where there is no record.
 * Gives 1, or 0 when it was changed by somebody else.
 */
const saveScreen = `
local json = redis.call('GET', KEYS[1])
local revision = json and cjson.decode(json).revision or 0
if revision ~= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
local left = redis.call('PTTL', KEYS[2])
if left == -2 then left = tonumber(ARGV[3]) end
if left > 0 then redis.call('PEXPIRE', KEYS[1], left) end
return 1`;

/**
 * Takes an environment's lock; a lock whose owner has ended or is gone is swept.
 * KEYS lock · ARGV id, now, key prefix of records. Gives the owner's id after the call.
 */
const takeLock = `
local owner = redis.call('HGET', KEYS[1], 'deployment')
if owner and owner ~= ARGV[1] then
  if redis.call('HGET', ARGV[3] .. owner, 'ended') == '0' then return owner end
  owner = false
end
if not owner then redis.call('HSET', KEYS[1], 'deployment', ARGV[1], 'since', ARGV[2]) end
return ARGV[1]`;

/**
 * Adds a person's answer to a question while it is open and its deployment has not ended, unless it is too late to ask;
 * one answer a person.
 * KEYS answers, record · ARGV answer JSON, user id, choice, how many equal answers 'approve' settle it, ms to keep, notAfter
 * (Redis ms) or ''.
 * Gives { '1' | '0' | 'late', answer JSON… }: '1' when the answer was recorded.
 */
const decide = `
if ARGV[6] ~= '' then
  local time = redis.call('TIME')
  if time[1] * 1000 + math.floor(time[2] / 1000) > tonumber(ARGV[6]) then return { 'late' } end
end
local answers = redis.call('LRANGE', KEYS[1], 0, -1)
if redis.call('HGET', KEYS[2], 'ended') == '1' then return { '0', unpack(answers) } end
for _, json in ipairs(answers) do
  local answer = cjson.decode(json)
  if answer.choice ~= 'approve' or answer.by.id == ARGV[2] or #answers >= tonumber(ARGV[4]) then
    return { '0', unpack(answers) }
  end
end
redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
table.insert(answers, ARGV[1])
return { '1', unpack(answers) }`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    pilothouseCreate(...args: (string | number)[]): Result<[string, string], Context>;
    pilothouseSave(...args: (string | number)[]): Result<number, Context>;
    pilothouseAudit(...args: (string | number)[]): Result<number, Context>;
    pilothouseSaveScreen(...args: (string | number)[]): Result<number, Context>;
    pilothouseTakeLock(...args: (string | number)[]): Result<string, Context>;
    pilothouseDecide(...args: (string | number)[]): Result<string[], Context>;
  }
}

export function defineScripts(redis: Redis): void {
  redis.defineCommand('pilothouseCreate', { numberOfKeys: 5, lua: create });
  redis.defineCommand('pilothouseSave', { numberOfKeys: 8, lua: save });
  redis.defineCommand('pilothouseAudit', { numberOfKeys: 2, lua: audit });
  redis.defineCommand('pilothouseSaveScreen', { numberOfKeys: 2, lua: saveScreen });
  redis.defineCommand('pilothouseTakeLock', { numberOfKeys: 1, lua: takeLock });
  redis.defineCommand('pilothouseDecide', { numberOfKeys: 2, lua: decide });
}
