#!lua name=hilo
-- Every function works on one partition, so on one slot: all its keys are declared, channels are arguments.
-- All functions may be repeated after a lost reply: appends by their dedupe id, the others by their result.
--
-- Epochs are minted by this library's instance. An instance lives from the moment the library is loaded into a server
-- process until that process ends, reloads its data (restart, full resync) or the library is replaced: every event
-- after which a server's copy of the history may have been rewound starts a new instance. So an epoch is only ever
-- written by one instance, which still holds all it wrote under it.
local minted = {} -- {p}:f -> the epoch this instance writes under

local call, byte, format -- taken at the first call: a library that is being loaded has none of them

local function begin()
  call, byte, format = redis.call, string.byte, string.format
end

local function epoch(f)
  local stored, mine = call('GET', f), minted[f]
  if mine and mine == stored then return mine end
  local t = call('TIME')
  -- the microseconds make two servers differ that begin an epoch in the same millisecond
  local now = (t[1] * 1000 + math.floor(t[2] / 1000)) * 1024 + t[2] % 1000
  local e = format('%.0f', math.max((tonumber(stored) or 0) + 1024, now))
  call('SET', f, e)
  minted[f] = e
  return e
end

-- Streams whose keeper was told and has not looked since: it will see all that came in between.
local rung, rings = {}, 0

local function ring(stream, doorbell, customer)
  if rung[stream] then return end
  if rings >= 10000 then rung, rings = {}, 0 end
  rung[stream], rings = true, rings + 1
  call('SPUBLISH', doorbell, customer)
end

-- Dedupe ids live for at least one and at most two generations of 8 days. Those of the running one are fields of the
-- meta hash, so that one write takes counter and id. When the next begins, the hash becomes d0 or d1 and begins again.
-- Its field i names the generation; with a '+' there may be ids in d0 and d1 too. Library 1 kept the ids of the
-- running generation g in d0 or d1; a customer who has such ids goes on so until the next generation.
local DEDUPE_SECONDS = 24 * 86400

-- Begins a generation where that is due, and gives the hash that takes its ids. m is n, q, sealed, i of the meta hash.
local function turn(k, m, generation)
  local now, is = tonumber(generation), tonumber(m[4])
  if is and is >= now then return k[2] end
  if is then
    local keep = {'n', m[1], 'q', m[2] or '0', 'i', '+' .. generation}
    if call('HGET', k[2], 'a') then
      for _, field in ipairs(call('HKEYS', k[2])) do
        if field == 'a' or string.sub(field, 1, 2) == 'a:' then
          keep[#keep + 1], keep[#keep + 2] = field, call('HGET', k[2], field)
        end
      end
    end
    call('DEL', k[4])
    call('RENAME', k[2], k[5])
    call('EXPIRE', k[5], DEDUPE_SECONDS)
    for i = 1, #keep, 2 do call('HSET', k[2], keep[i], keep[i + 1]) end
    return k[2]
  end
  local g = tonumber(call('HGET', k[2], 'g') or '')
  if g and g >= now then return k[4] end
  if g then call('DEL', k[4]) end
  for _, field in ipairs(call('HKEYS', k[2])) do
    if string.sub(field, 1, 2) == 'a:' then call('HSET', k[2], 'a', 1) end
  end
  call('HSET', k[2], 'i', (g and '+' or '') .. generation)
  return k[2]
end

-- KEYS 1 {p}:f epoch  2 {p}:m:<c> meta  3 {p}:s:<c> stream  4 dedupe, current  5 dedupe, previous  6 {p}:j journal
--      7 {p}:w work, also the name of the doorbell channel
-- ARGV 1 customer  2 channel  3 dedupe id, 12 bytes ('' = none)  4 expected q ('0' = empty stream, '' = any)
--      5 seq the caller has folded  6 '<child>=<mergeId>' when redirected by a seal, else ''
--      7 '' = nobody to wake, '-' = ring the doorbell, ms = due then and ring  8 dedupe generation
--      9 a letter for each entry: S start, F fact, f quiet fact, D decision  10.. pairs: header, body
-- reply  A from before | D position | C epoch first top q entries (newest first) | S into=mergeId | R | E error
--        (and, for library 1, to and q)
local function append(k, a)
  if not call then begin() end
  local src, generation, child, merge, m = a[3], a[8]
  if a[6] == '' then
    m = call('HMGET', k[2], 'n', 'q', 'sealed', 'i', src)
  else
    child, merge = string.match(a[6], '^(.-)=(.*)$')
    m = call('HMGET', k[2], 'n', 'q', 'sealed', 'i', src, 'a:' .. child)
  end
  if src ~= '' and m[1] then
    local dup = m[5]
    if not dup and m[4] ~= generation then dup = call('HGET', k[4], src) or call('HGET', k[5], src) end
    if dup then return {'D', dup} end
  end
  if m[3] then return {'S', m[3]} end
  if child and m[6] ~= merge then return {'R'} end
  local n, before = tonumber(m[1]) or 0, m[2] or '0'
  local q, agreed = before, a[4] == '' or a[4] == before
  local e = epoch(k[1])
  local prefix = e .. '-'
  local classes, top, last, from, first, more = a[9], n
  for i = 1, #classes do
    local class = byte(classes, i)
    if (class ~= 68 or agreed) and (class ~= 83 or n == 0) then -- D, S
      local h, b = a[8 + 2 * i], a[9 + 2 * i]
      last = format('%d', top + 1)
      local id = prefix .. last
      local r = redis.pcall('XADD', k[3], id, 'h', h, 'b', b)
      if r ~= id then
        if top == n then return {'E', r.err} end
        error(r.err)
      end
      top = top + 1
      if class ~= 102 then q = id end -- f
      local published = id .. ' ' .. h .. '\0' .. b
      if from then
        more = more or {}
        more[#more + 1] = published
      else
        from, first = id, published
      end
    end
  end
  if top > n then
    local ids = src ~= '' and (m[4] == generation and k[2] or turn(k, m, generation))
    if ids == k[2] then
      call('HSET', k[2], 'n', last, 'q', q, src, from)
    else
      call('HSET', k[2], 'n', last, 'q', q)
      if ids then
        call('HSET', ids, src, from)
        call('EXPIRE', ids, DEDUPE_SECONDS)
      end
    end
    call('XADD', k[6], prefix .. '*', 'c', a[1])
    local wake = a[7]
    if wake ~= '' then
      if not agreed then
        call('ZADD', k[7], 'LT', 0, a[1]) -- facts kept without their decision are due at once
      elseif wake ~= '-' then
        call('ZADD', k[7], 'LT', wake, a[1])
      end
      ring(k[3], k[7], a[1])
    end
    call('SPUBLISH', a[2], first)
    if more then
      for i = 1, #more do call('SPUBLISH', a[2], more[i]) end
    end
    if agreed then return {'A', from, before}, prefix .. last, q end
  elseif agreed then
    return {'A', '0', before}, prefix .. format('%d', n), q
  end
  local missed = top - (tonumber(a[5]) or 0)
  local entries = {}
  if missed > 0 then entries = call('XREVRANGE', k[3], '+', '-', 'COUNT', math.min(64, missed)) end
  return {'C', e, n + 1, top, q, entries}
end
redis.register_function('hilo2_append', append)

-- Appends of facts to one stream that came together: each with a dedupe id of its own, none with a decision. They stand
-- one after the other, as if each had been appended alone, and are published as one.
-- KEYS as append
-- ARGV 1 customer  2 channel  3 expected q of the first ('0' = empty stream)  4 '' = nobody to wake, '-' = ring
--      5 dedupe generation  6 how many  then for each: dedupe id  letters, F or f  pairs: header, body
-- reply  A before, then for each the position of its first entry, with a 'D' before it if it was written before
--        | N nothing was written: the stream is sealed, or q is another | E error
redis.register_function('hilo3_gather', function(k, a)
  if not call then begin() end
  local generation, count = a[5], tonumber(a[6])
  local fields, starts, at = {'n', 'q', 'sealed', 'i'}, {}, 7
  for i = 1, count do
    fields[i + 4], starts[i] = a[at], at
    at = at + 2 + 2 * #a[at + 1]
  end
  local m = call('HMGET', k[2], unpack(fields))
  local q = m[2] or '0'
  if m[3] or q ~= a[3] then return {'N'} end
  local e = epoch(k[1])
  local prefix, top, r, mine, known, published = e .. '-', tonumber(m[1]) or 0, {'A', q}, {}, {}, {'+'}
  for i = 1, count do
    local at = starts[i]
    local src, classes = a[at], a[at + 1]
    local dup = mine[src] or m[i + 4]
    if not dup and m[1] and m[4] ~= generation then dup = call('HGET', k[4], src) or call('HGET', k[5], src) end
    if dup then
      r[i + 2] = 'D' .. dup
    else
      for j = 1, #classes do
        local h, b = a[at + 2 * j], a[at + 2 * j + 1]
        local id = prefix .. format('%d', top + 1)
        local added = redis.pcall('XADD', k[3], id, 'h', h, 'b', b)
        if added ~= id then
          if #known == 0 and not r[i + 2] then return {'E', added.err} end
          error(added.err)
        end
        top = top + 1
        if byte(classes, j) ~= 102 then q = id end -- f
        r[i + 2] = r[i + 2] or id
        local p = #published -- pieces: a string is hashed over all its bytes whenever one is made
        published[p + 1] = format('%d ', #id + #h + #b + 2)
        published[p + 2], published[p + 3], published[p + 4], published[p + 5], published[p + 6] = id, ' ', h, '\0', b
      end
      mine[src] = r[i + 2]
      known[#known + 1], known[#known + 2] = src, r[i + 2]
    end
  end
  if #known > 0 then
    local ids = m[4] == generation and k[2] or turn(k, m, generation)
    call('HSET', k[2], 'n', format('%d', top), 'q', q)
    call('HSET', ids, unpack(known))
    if ids ~= k[2] then call('EXPIRE', ids, DEDUPE_SECONDS) end
    call('XADD', k[6], prefix .. '*', 'c', a[1])
    if a[4] ~= '' then ring(k[3], k[7], a[1]) end
    call('SPUBLISH', a[2], table.concat(published, '', #published == 7 and 3 or 1))
  end
  return r
end)

-- Library 1 named the doorbell and a salt (2, 9), and a class before each header; its A tells from to q before.
local function append1(k, a, at)
  local classes, lean = {}, {a[at], a[at + 7], a[at + 2], a[at + 3], a[at + 4], a[at + 5], a[at + 6], a[at + 9], ''}
  for i = at + 10, #a, 3 do
    classes[#classes + 1], lean[#lean + 1], lean[#lean + 2] = a[i], a[i + 1], a[i + 2]
  end
  lean[9] = table.concat(classes)
  local r, to, q = append(k, lean)
  return r[1] == 'A' and {'A', r[2], to, q, r[3]} or r
end
redis.register_function('hilo1_append', function(k, a) return append1(k, a, 1) end)

-- The end of a call's words, from a place on.
local function rest(a, from)
  local r = {}
  for i = from, #a do r[i - from + 1] = a[i] end
  return r
end

-- The join of a merge: an append that also makes this stream the root of <child>.
-- ARGV 1 child  2 mergeId  3.. as append.  KEYS as append.
local function join(k, a, r)
  if r[1] == 'A' or r[1] == 'D' then call('HSET', k[2], 'a:' .. a[1], a[2], 'a', 1) end
  return r
end
redis.register_function('hilo2_join', function(k, a) return join(k, a, (append(k, rest(a, 3)))) end)
redis.register_function('hilo1_join', function(k, a) return join(k, a, append1(k, a, 3)) end)

-- The last entry of a stream that was merged into an older one.
-- KEYS as append.  ARGV 1 customer 2 (not used) 3 mergeId 4 into 5 expected q 6 channel 7 (not used) 8 header 9 body
-- reply  A position | S into=mergeId | C q
redis.register_function('hilo1_seal', function(k, a)
  if not call then begin() end
  local m = redis.call('HMGET', k[2], 'n', 'q', 'sealed')
  if m[3] then return {'S', m[3]} end
  if a[5] ~= (m[2] or '0') then return {'C', m[2] or '0'} end
  local e = epoch(k[1])
  local n = (tonumber(m[1]) or 0) + 1
  local id = e .. '-' .. string.format('%d', n)
  redis.call('XADD', k[3], id, 'h', a[8], 'b', a[9])
  redis.call('HSET', k[2], 'n', n, 'q', id, 'sealed', a[4] .. '=' .. a[3])
  redis.call('XADD', k[6], e .. '-*', 'c', a[1])
  redis.call('ZADD', k[7], 'LT', 0, a[1])
  ring(k[3], k[7], a[1])
  redis.call('SPUBLISH', a[6], id .. ' ' .. a[8] .. '\0' .. a[9])
  return {'A', id}
end)

-- KEYS 1 {p}:z:<c> snapshot  2 {p}:s:<c> stream  3 {p}:m:<c> meta
-- ARGV 1 fold version  2 position the caller has ('' = none: give the snapshot)  3 most entries
-- reply  n q sealed snapshot entries
local function load(k, a)
  rung[k[2]] = nil -- whoever looks sees all that was rung for
  local m = redis.call('HMGET', k[3], 'n', 'q', 'sealed')
  local from, snapshot = a[2], ''
  if from == '' then
    snapshot = redis.call('GET', k[1]) or ''
    local v, position = string.match(snapshot, '^(%d+)|([%d%-]+)|')
    if v == a[1] and position ~= '0' then from = position else from, snapshot = '', '' end
  end
  local start = '-'
  if from ~= '' and from ~= '0' then
    start = '(' .. from
    -- a position that is gone belongs to a history that was rewound
    local at = redis.call('XRANGE', k[2], from, from)
    if #at == 0 then start, snapshot = '-', '' end
  end
  return {m[1] or '0', m[2] or '0', m[3] or '', snapshot, redis.call('XRANGE', k[2], start, '+', 'COUNT', a[3])}
end
redis.register_function{function_name = 'hilo1_load', flags = {'no-writes'}, callback = load}

-- As load, for the keeper: also when the work set has the customer due, the partition's epoch, and without a known
-- position the row that stands.
-- KEYS 1-3 as load  4 {p}:f  5 {p}:w  6 {p}:r:<w>  ARGV 1-3 as load  4 customer
-- reply  as load, then due ('' = never) epoch row ('' = none or not asked)
redis.register_function('hilo2_look', function(k, a)
  if not call then begin() end
  local r = load(k, a)
  r[6], r[7] = call('ZSCORE', k[5], a[4]) or '', epoch(k[4])
  r[8] = a[2] == '' and call('HGET', k[6], a[4]) or ''
  return r
end)

-- Entries from one end of a stream, as many as fit, and whether there are more behind them.
local function some(key, command, from, to, most, bytes)
  local out, size = {}, 0
  while true do
    local want = math.min(32, most - #out)
    local part = redis.call(command, key, from, to, 'COUNT', want)
    for i = 1, #part do
      out[#out + 1] = part[i]
      size = size + #part[i][2][2] + #part[i][2][4]
    end
    if #part < want then return out, 0 end
    if size >= bytes or #out >= most then return out, 1 end
    from = '(' .. part[#part][1]
  end
end

-- Many who come to threads of one partition, in one call.
-- KEYS 5 for each: {p}:dev:<c> devices  {p}:m:<c> meta  {p}:s:<c> stream  {p}:x:<c> objects  {p}:p:<c> present
-- ARGV 1 most entries of each  2 most bytes of each, passed by one step at the most
--      3.. triples: device ('' = none)  position the client has ('' = the newest entries, '-' = no entries)
--      letters: o objects, p who is present
-- reply for each: device's hash ('' = none), 1 if any device is stored, sealed, 1 if it speaks for others, newest
--      position that still stands of the client's, newest position, entries, 1 if there are more, objects, present
--      ('' and {} for what was not asked). Entries: oldest first; the newest ones: newest first.
redis.register_function{function_name = 'hilo1_enter', flags = {'no-writes'}, callback = function(k, a)
  local out, most, bytes = {}, tonumber(a[1]), tonumber(a[2])
  for i = 1, #k / 5 do
    local at, v = i * 5 - 4, i * 3
    local device, since, wanted = a[v], a[v + 1], a[v + 2]
    local hash, stored = '', 0
    if device ~= '' then
      hash = redis.call('HGET', k[at], device) or ''
      stored = hash ~= '' and 1 or redis.call('EXISTS', k[at])
    end
    local sealed, joins, base, top, entries, more, objects, present = '', 0, '', '', {}, 0, {}, {}
    if since ~= '-' then
      local m, stream = redis.call('HMGET', k[at + 1], 'sealed', 'a', 'i'), k[at + 2]
      sealed, joins = m[1] or '', m[2] and 1 or 0
      if not m[2] and not m[3] then -- of library 1, which did not say so in one field; small
        for _, field in ipairs(redis.call('HKEYS', k[at + 1])) do
          if string.sub(field, 1, 2) == 'a:' then joins = 1 end
        end
      end
      if since == '' then
        entries, more = some(stream, 'XREVRANGE', '+', '-', most, bytes)
        top = #entries > 0 and entries[1][1] or '0'
      else
        base = '0'
        if since ~= '0' then
          local stands = redis.call('XREVRANGE', stream, since, '-', 'COUNT', 1)
          if #stands > 0 then base = stands[1][1] end
        end
        entries, more = some(stream, 'XRANGE', base == '0' and '-' or '(' .. base, '+', most, bytes)
        top = #entries > 0 and entries[#entries][1] or base
        if more == 1 then top = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1][1] end
      end
    end
    if string.find(wanted, 'o', 1, true) then objects = redis.call('HGETALL', k[at + 3]) end
    if string.find(wanted, 'p', 1, true) then present = redis.call('HGETALL', k[at + 4]) end
    out[i] = {hash, stored, sealed, joins, base, top, entries, more, objects, present}
  end
  return out
end}

-- Which of these streams have moved on?  KEYS 1.. {p}:s:<c>  ARGV 1.. newest position known of each
-- reply  indexes (from 1) of those that are behind, or whose position is gone
redis.register_function{function_name = 'hilo1_positions', flags = {'no-writes'}, callback = function(k, a)
  local behind = {}
  for i = 1, #k do
    local top = redis.call('XREVRANGE', k[i], '+', '-', 'COUNT', 1)
    if (#top == 0 and a[i] ~= '0') or (#top > 0 and top[1][1] ~= a[i]) then behind[#behind + 1] = i end
  end
  return behind
end}

-- One keeper per partition: takes it for a node; the token rises with every change of hands.
-- KEYS 1 {p}:own  ARGV 1 node  reply token
redis.register_function('hilo1_own', function(k, a)
  local own = redis.call('GET', k[1]) or ''
  local node, n = string.match(own, '^(.*)#(%d+)$')
  if node == a[1] then return own end
  local token = a[1] .. '#' .. string.format('%d', (tonumber(n) or 0) + 1)
  redis.call('SET', k[1], token)
  return token
end)

-- What a keeper did with a message, stored before the platform is called.
-- KEYS 1 {p}:own  2 {p}:h:<c>  ARGV 1 token  2 message  3 expected ('' = none)  4 value ('' = remove)
-- reply  A | T (another keeper) | C value
redis.register_function('hilo1_claim', function(k, a)
  if redis.call('GET', k[1]) ~= a[1] then return {'T'} end
  local is = redis.call('HGET', k[2], a[2]) or ''
  if is ~= a[3] and is ~= a[4] then return {'C', is} end
  if a[4] == '' then redis.call('HDEL', k[2], a[2]) else redis.call('HSET', k[2], a[2], a[4]) end
  return {'A'}
end)

-- The result of a send: the append and the end of its claim in one.
-- KEYS 1-7 as append  8 {p}:own  9 {p}:h:<c>  ARGV 1 token  2 message  3.. as append
local function done(k, a, append)
  if redis.call('GET', k[8]) ~= a[1] then return {'T'} end
  local r = append(k, a)
  if r[1] == 'A' or r[1] == 'D' or r[1] == 'C' then redis.call('HDEL', k[9], a[2]) end
  return r
end
redis.register_function('hilo2_done', function(k, a)
  return done(k, a, function(k, a) return (append(k, rest(a, 3))) end)
end)
redis.register_function('hilo1_done', function(k, a)
  return done(k, a, function(k, a) return append1(k, a, 3) end)
end)

-- When to look at a customer again, unless something came in since.
-- KEYS 1 {p}:own  2 {p}:w  3 {p}:m:<c>  ARGV 1 token  2 customer  3 seq folded  4 due ms ('' = never)
redis.register_function('hilo1_settle', function(k, a)
  if redis.call('GET', k[1]) ~= a[1] then return 'T' end
  if (redis.call('HGET', k[3], 'n') or '0') ~= a[3] then return 'C' end
  if a[4] == '' then redis.call('ZREM', k[2], a[2]) else redis.call('ZADD', k[2], a[4], a[2]) end
  return 'A'
end)

-- KEYS 1 {p}:own  2 {p}:z:<c>  ARGV 1 token  2 snapshot
redis.register_function('hilo1_snapshot', function(k, a)
  if redis.call('GET', k[1]) ~= a[1] then return 'T' end
  redis.call('SET', k[2], a[2])
  return 'A'
end)

-- A row of the inbox.  KEYS 1 {p}:own  2 {p}:r:<w>  ARGV 1 token  2 customer  3 row ('' = none)  4 channel
redis.register_function('hilo1_row', function(k, a)
  if redis.call('GET', k[1]) ~= a[1] then return 'T' end
  if a[3] == '' then redis.call('HDEL', k[2], a[2]) else redis.call('HSET', k[2], a[2], a[3]) end
  redis.call('SPUBLISH', a[4], a[2] .. '\0' .. a[3])
  return 'A'
end)

-- All that a keeper has to say of a customer it looked at, in one call.
-- KEYS 1 {p}:own  2 {p}:w  3 {p}:m:<c>  4 {p}:r:<w>  5 {p}:z:<c>
-- ARGV 1 token  2 customer  3 seq folded  4 due ms ('' = never, '=' = leave it)  5 row ('' = none, '=' = leave it)
--      6 channel of the rows  7 snapshot ('' = none)
-- reply  A | T (another keeper, nothing is written) | C (something came in since, the due time is left)
redis.register_function('hilo2_tended', function(k, a)
  if redis.call('GET', k[1]) ~= a[1] then return 'T' end
  if a[5] ~= '=' then
    if a[5] == '' then redis.call('HDEL', k[4], a[2]) else redis.call('HSET', k[4], a[2], a[5]) end
    redis.call('SPUBLISH', a[6], a[2] .. '\0' .. a[5])
  end
  if a[7] ~= '' then redis.call('SET', k[5], a[7]) end
  if a[4] == '=' then return 'A' end
  if (redis.call('HGET', k[3], 'n') or '0') ~= a[3] then return 'C' end
  if a[4] == '' then redis.call('ZREM', k[2], a[2]) else redis.call('ZADD', k[2], a[4], a[2]) end
  return 'A'
end)

-- The rows of a workspace and the epoch in which they stand: rows of an older epoch that are not among them are void.
-- KEYS 1 {p}:f  2 {p}:r:<w>  reply  epoch, then customer and row by turns
redis.register_function('hilo2_rows', function(k)
  if not call then begin() end
  local r = call('HGETALL', k[2])
  table.insert(r, 1, epoch(k[1]))
  return r
end)

-- What lies there for the keeper of these partitions, without any bell: due customers, and those the journal names after
-- a cursor. Begins an epoch where this instance has none: a keeper whom the epoch surprises goes back to its stored
-- cursor, because its own may name a history that is lost.
-- KEYS for each partition: {p}:f {p}:w {p}:j {p}:cur
-- ARGV 1 now ms  2 most of each  3 reader, then for each partition: epoch and cursor the keeper has
-- reply  for each partition where there is something: index (from 1) epoch due journal (id, fields) cursor it was read after
redis.register_function('hilo2_sweep', function(k, a)
  if not call then begin() end
  local found = {}
  for i = 1, #k / 4 do
    local f, w, j, cur = k[4 * i - 3], k[4 * i - 2], k[4 * i - 1], k[4 * i]
    local e, cursor = epoch(f), a[2 * i + 3]
    local other = e ~= a[2 * i + 2]
    if other then cursor = call('HGET', cur, a[3]) or '' end
    local due = call('ZRANGE', w, '-inf', a[1], 'BYSCORE', 'LIMIT', '0', a[2])
    local journal = call('XRANGE', j, cursor == '' and '-' or '(' .. cursor, '+', 'COUNT', a[2])
    if other or #due > 0 or #journal > 0 then found[#found + 1] = {i, e, due, journal, cursor} end
  end
  return found
end)

-- A small versioned value beside the stream.
-- KEYS 1 {p}:x:<c>  ARGV 1 key  2 revision it is based on  3 value  4 channel  5 most keys
-- reply  A revision | C revision value | F
redis.register_function('hilo1_put', function(k, a)
  local is = redis.call('HGET', k[1], a[1])
  local rev, value = 0, ''
  if is then
    local r, v = string.match(is, '^(%d+)|(.*)$')
    rev, value = tonumber(r), v
    if value == a[3] then return {'A', rev} end
  elseif redis.call('HLEN', k[1]) >= tonumber(a[5]) then
    return {'F'}
  end
  if rev ~= tonumber(a[2]) then return {'C', rev, value} end
  rev = rev + 1
  redis.call('HSET', k[1], a[1], rev .. '|' .. a[3])
  redis.call('SPUBLISH', a[4], '=' .. a[1] .. '\0' .. rev .. '|' .. a[3])
  return {'A', rev}
end)

-- Who is at threads of one partition: come, gone, or left behind by a node that died.
-- KEYS 1 {p}:pn nodes with somebody present  2 {p}:pn:<node> customers where it has somebody  3.. {p}:p:<c>
-- ARGV 1 node  2.. fours: customer, session ('' = all of the node), who as JSON ('' = gone), channel
-- reply  how many sessions came or went
redis.register_function('hilo1_present', function(k, a)
  local changed, prefix = 0, a[1] .. '|'
  local function tell(channel, session, who, on)
    changed = changed + 1
    redis.call('SPUBLISH', channel, '!{"kind":"presence","aud":"staff","session":"' .. session .. '","who":' .. who
      .. ',"data":{"on":' .. on .. ',"session":"' .. session .. '"}}')
  end
  for i = 3, #k do
    local v = i * 4 - 10
    local customer, session, who, channel = a[v], a[v + 1], a[v + 2], a[v + 3]
    if who ~= '' then
      local new = redis.call('HSET', k[i], session, prefix .. who)
      redis.call('SADD', k[2], customer)
      redis.call('SADD', k[1], a[1])
      if new == 1 then tell(channel, session, who, 'true') end
    else
      local rest, all = 0, redis.call('HGETALL', k[i])
      for f = 1, #all, 2 do
        if string.sub(all[f + 1], 1, #prefix) == prefix then
          if session == '' or session == all[f] then
            redis.call('HDEL', k[i], all[f])
            tell(channel, all[f], string.sub(all[f + 1], #prefix + 1), 'false')
          else
            rest = rest + 1
          end
        end
      end
      if rest == 0 then redis.call('SREM', k[2], customer) end
    end
  end
  if redis.call('EXISTS', k[2]) == 0 then redis.call('SREM', k[1], a[1]) end
  return changed
end)

-- A lease for a poller: its holder and a rising token, gone when not renewed.
-- KEYS 1 lease  2 counter  ARGV 1 holder  2 ms  reply token, or 0 while another holds it
redis.register_function('hilo1_lease', function(k, a)
  local is = redis.call('GET', k[1])
  if is then
    local holder, n = string.match(is, '^(.*)#(%d+)$')
    if holder ~= a[1] then return 0 end
    redis.call('PEXPIRE', k[1], a[2])
    return tonumber(n)
  end
  local n = redis.call('INCR', k[2])
  redis.call('SET', k[1], a[1] .. '#' .. n, 'PX', a[2])
  return n
end)

-- A try at something that can be guessed: counted, or not allowed yet. From the free-th try on each one shuts the door
-- behind it: for the first pause, then for twice as long, and so on. A repeated call counts once more.
-- KEYS 1 tries: n, until  ARGV 1 now  2 free tries  3 first pause  4 longest pause  5 until all is forgotten; all in ms
-- reply  0 = go on, else ms to wait
redis.register_function('hilo4_try', function(k, a)
  local is = redis.call('HMGET', k[1], 'n', 'until')
  local now, wait = tonumber(a[1]), (tonumber(is[2]) or 0) - tonumber(a[1])
  if wait > 0 then return wait end
  local n = (tonumber(is[1]) or 0) + 1
  redis.call('HSET', k[1], 'n', n)
  if n >= tonumber(a[2]) then
    local pause = math.min(tonumber(a[4]), tonumber(a[3]) * 2 ^ (n - tonumber(a[2])))
    redis.call('HSET', k[1], 'until', string.format('%.0f', now + pause))
  end
  redis.call('PEXPIRE', k[1], a[5])
  return 0
end)

-- A value in place of another.
-- KEYS 1 value  ARGV 1 what stands ('' = nothing)  2 what shall stand  reply 1 if it does now
redis.register_function('hilo4_swap', function(k, a)
  local is = redis.call('GET', k[1]) or ''
  if is == a[2] then return 1 end
  if is ~= a[1] then return 0 end
  redis.call('SET', k[1], a[2])
  return 1
end)

-- The next turn of somebody who may do so many things in so much time, half of them at once. The clock is this server's.
-- KEYS 1 when the next is due without a burst, us  ARGV 1 how many  2 in how long  3 longest wait to be given; in ms
-- reply  ms until the turn; if that is more than the longest wait, it was not given
redis.register_function('hilo5_turn', function(k, a)
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local interval = a[2] * 1000 / a[1]
  local due = math.max(tonumber(redis.call('GET', k[1])) or 0, now)
  local wait = math.max(0, due - interval * (math.max(1, math.floor(a[1] / 2)) - 1) - now)
  if wait <= a[3] * 1000 then
    local next = due + interval
    redis.call('SET', k[1], string.format('%.0f', next), 'PX', math.ceil((next - now) / 1000) + 1000)
  end
  return math.ceil(wait / 1000)
end)

-- Explains items of a source, all with one outcome. Each is counted once, under the first word of what became of it
-- last; names by which contents are known again, 'content|...', are not items. That something taken is taken for a copy
-- of itself when it is brought again changes nothing.
-- KEYS 1 ledger  2 tally  3 parked
-- ARGV 1 outcome  2 when, s  3 what is said of a parked one ('' = it is not parked)  4 how long all this is kept, s  5.. items
-- reply  how many are counted under another word than before
redis.register_function('hilo6_explain', function(k, a)
  local word, counted = string.match(a[1], '^%a+'), 0
  for i = 5, #a do
    local is = redis.call('HGET', k[1], a[i])
    local before = is and string.match(is, '^%a+')
    if word ~= 'duplicate' or before ~= 'ingested' then
      redis.call('HSET', k[1], a[i], a[1] .. '\t' .. a[2])
      if a[3] == '' then redis.call('HDEL', k[3], a[i]) else redis.call('HSET', k[3], a[i], a[3]) end
      if before ~= word and string.sub(a[i], 1, 8) ~= 'content|' then
        redis.call('HINCRBY', k[2], word, 1)
        if before then redis.call('HINCRBY', k[2], before, -1) end
        counted = counted + 1
      end
    end
  end
  for i = 1, 3 do redis.call('EXPIRE', k[i], a[4]) end
  return counted
end)

redis.register_function{function_name = 'hilo_version', flags = {'no-writes'}, callback = function() return 6 end}
