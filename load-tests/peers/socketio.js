// Socket.IO 4 with the Redis streams adapter, one node. Messages are stored before they are acked:
// the adapter's broadcast is awaited, where io.to().emit() would only have been begun.
const { createServer } = require('http');
const { Server } = require('socket.io');
const { createAdapter } = require('@socket.io/redis-streams-adapter');
const { createClient } = require('redis');

async function main() {
  const redis = createClient({ url: process.env.REDIS });
  redis.on('error', e => console.error(String(e)));
  await redis.connect();
  const http = createServer();
  const io = new Server(http, {
    adapter: createAdapter(redis),
    connectionStateRecovery: { maxDisconnectionDuration: 120_000, skipMiddlewares: true },
    perMessageDeflate: false,
    serveClient: false,
    transports: ['websocket'],
  });
  io.engine.on('connection', raw => { raw.request = null; }); // as its guide on memory advises
  const adapter = io.of('/').adapter;
  io.on('connection', socket => {
    socket.on('s', (topic, done) => { socket.join(topic); done(); });
    socket.on('p', async (topic, body, done) => {
      const packet = { type: 2, nsp: '/', data: ['m', body] };
      await adapter.broadcast(packet, { rooms: new Set([topic]), except: new Set(), flags: {} });
      done();
    });
  });
  http.listen({ host: '127.0.0.1', port: 0, backlog: 4096 },
    () => console.log('listening on ' + http.address().port));
}

process.on('SIGUSR2', () => global.gc());
main();
