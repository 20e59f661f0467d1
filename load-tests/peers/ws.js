// ws: topics on the npm package ws, one process, nothing kept; the frames of RawServer.
const { WebSocketServer } = require('ws');

const BEAT = 25_000;
const SLICES = 250;
const topics = new Map();
const slices = Array.from({ length: SLICES }, () => new Set());
let opened = 0;
let slice = 0;

process.on('SIGUSR2', () => global.gc());

const server = new WebSocketServer(
  { host: '127.0.0.1', port: 0, perMessageDeflate: false, backlog: 4096 },
  () => console.log('listening on ' + server.address().port));

setInterval(() => {
  slice = (slice + 1) % SLICES;
  for (const socket of slices[slice]) socket.ping();
}, BEAT / SLICES);

server.on('connection', socket => {
  const mine = slices[opened++ % SLICES];
  mine.add(socket);
  let topic;
  socket.on('message', data => {
    const text = data.toString('latin1');
    if (text[0] === 's') {
      topic = text.slice(1);
      if (!topics.has(topic)) topics.set(topic, new Set());
      topics.get(topic).add(socket);
      socket.send('s');
    } else {
      const space = text.indexOf(' ');
      const frame = 'm' + text.slice(space + 1);
      for (const other of topics.get(text.slice(1, space)) ?? []) other.send(frame);
      socket.send('a');
    }
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    mine.delete(socket);
    const others = topics.get(topic);
    if (others?.delete(socket) && others.size === 0) topics.delete(topic);
  });
});
