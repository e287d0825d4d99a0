// The page: frames from the server onto the scene and the panels, controls back to the server.

import { Scene, color } from './rings.js';

const byId = (id) => document.getElementById(id);
const scene = new Scene(byId('scene'));
const SPEEDS = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10000, 20000, 30000, 50000, 100000, 200000, 500000, 1000000, 0];

let socket;
let frame;
let pending;
let knownSettings = [];
let problemUntil = 0;
let retryMs = 500;

// ---- the connection

function connect() {
  socket = new WebSocket(`ws://${location.host}/socket`);
  socket.onopen = () => { retryMs = 500; };
  socket.onmessage = (message) => receive(JSON.parse(message.data));
  socket.onclose = () => {
    setPhase('away', 'no server');
    setTimeout(connect, retryMs);
    retryMs = Math.min(retryMs * 1.6, 5000);
  };
}

function send(command) {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(command));
}

function receive(message) {
  if (message.kind === 'hello') {
    knownSettings = message.settings;
    makeFields();
  } else if (message.kind === 'problem') {
    problemUntil = performance.now() + 6000;
    say(message.text);
  } else {
    // Only the newest is drawn: a busy page must not fall behind.
    if (!pending) requestAnimationFrame(draw);
    pending = message;
  }
}

// ---- frames

function draw() {
  const before = frame;
  frame = pending;
  pending = undefined;
  scene.update(frame, motion(before));
  showHead();
  if (performance.now() > problemUntil) say(frame.note);
  showWhy(byId('why-kick'), frame.last_kick, 'kick');
  showWhy(byId('why-interrupt'), frame.last_interrupt, 'interrupt');
  showLog();
  showFigures();
  showWords();
  showDescriptors();
  showRequests();
  if (!before || before.run !== frame.run) fillFields();
}

/** How long movements may take: less than until the next one. */
function motion(before) {
  if (!before || before.run !== frame.run || frame.phase === 'seeking' || frame.settings.time === 'real') return 0;
  const moved = Math.abs(frame.event - before.event);
  if (frame.phase === 'running') {
    if (frame.events_per_s === 0 || frame.events_per_s > 400) return 0;
    return frame.events_per_s > 60 ? 0.09 : 0.2;
  }
  return moved > 200 ? 0 : 0.22;
}

function setPhase(name, text) {
  const badge = byId('phase');
  badge.textContent = text;
  badge.className = `phase ${name}`;
}

function showHead() {
  const simulated = frame.settings.time === 'simulated';
  setPhase(frame.phase, frame.phase);
  byId('go').textContent = frame.phase === 'running' ? 'stop' : 'go';
  const where = byId('where');
  where.replaceChildren();
  const strong = (text) => { const b = document.createElement('b'); b.textContent = text; return b; };
  if (simulated) where.append('event ', strong(frame.event.toLocaleString('en')), ' at ', strong(time(frame.time_ns)), ' of virtual time');
  else where.append('on real threads for ', strong(time(frame.time_ns)), ', sampled; it cannot be stepped');
  byId('hash').textContent = frame.hash ? `hash ${frame.hash}` : '';
  for (const part of document.querySelectorAll('.steppers :is(button, input)')) {
    if (part.id !== 'go') part.disabled = !simulated;
  }
  const slider = byId('speed');
  if (document.activeElement !== slider) slider.value = nearest(frame.events_per_s);
  byId('speed-text').textContent = speedText(frame.events_per_s);
}

const nearest = (speed) => (speed === 0 ? SPEEDS.length - 1 : SPEEDS.findLastIndex((one) => one > 0 && one <= speed));
const speedText = (speed) => (speed === 0 ? 'full speed' : `${speed.toLocaleString('en')} events/s`);

function say(text) {
  const note = byId('note');
  note.textContent = text;
  note.hidden = !text;
}

// ---- why

function showWhy(card, notice, what) {
  card.className = `why ${notice?.outcome ?? ''}`;
  const strip = card.querySelector('.strip');
  const text = card.querySelector('p');
  if (!notice) {
    delete card.dataset.key;
    strip.replaceChildren();
    text.textContent = frame.settings.time === 'real' ? 'A run at full speed notes no events; its counters say how often.' : what === 'kick' ? 'Nothing was published yet.' : 'Nothing was given back yet.';
    return;
  }
  const key = JSON.stringify(notice);
  if (card.dataset.key === key) return;
  card.dataset.key = key;
  fillStrip(strip, notice);
  text.replaceChildren();
  const verdict = document.createElement('span');
  verdict.className = 'verdict';
  verdict.textContent = { sent: what, suppressed: `no ${what}`, held: `${what} held back` }[notice.outcome];
  text.append(`event ${notice.event.toLocaleString('en')}: `, verdict, `. ${notice.explanation}`);
}

/** The entries around what was published, the wish marked where it is among them. */
function fillStrip(strip, notice) {
  const modulus = notice.size === 0 ? 65536 : 2 * notice.size;
  const mod = (number) => ((number % modulus) + modulus) % modulus;
  const count = mod(notice.to - notice.from);
  const wide = notice.to > 999 || notice.from > 999;
  const around = wide ? 1 : 2;
  const shown = Math.min(count, wide ? 4 : 8);
  const wish = notice.wish;
  let event = wish.index ?? -1;
  if (wish.flags === 2) event = wish.offset + (wish.wrap ? 0 : notice.size);
  const cells = [];
  const label = (place) => (notice.size > 0 && place >= notice.size ? place - notice.size : place);
  const cell = (place, isNew) => {
    const span = document.createElement('span');
    span.textContent = label(place);
    span.title = isNew ? 'new with this publication' : 'not of this publication';
    if (isNew) span.classList.add('new');
    if (place === event) {
      span.classList.add('event');
      span.title += '; the other side wants to hear of this one';
    }
    cells.push(span);
  };
  const gap = () => { const em = document.createElement('em'); em.textContent = '…'; cells.push(em); };
  const behind = event < 0 ? 0 : mod(notice.from - event);
  if (behind > around && behind <= 32) { cell(event, false); gap(); }
  for (let i = around; i > 0; i--) cell(mod(notice.from - i), false);
  const eventAt = event < 0 ? -1 : mod(event - notice.from);
  for (let i = 0; i < shown; i++) cell(mod(notice.from + i), true);
  if (count > shown) {
    gap();
    if (eventAt >= shown && eventAt < count - 1) { cell(event, true); gap(); }
    cell(mod(notice.to - 1), true);
  }
  for (let i = 0; i < around; i++) cell(mod(notice.to + i), false);
  strip.replaceChildren(...cells);
}

// ---- the log

function showLog() {
  const list = byId('log');
  const lines = frame.recent.slice(-50).reverse();
  if (list.children.length === 0 || lines.length === 0) list.replaceChildren();
  while (list.children.length > lines.length) list.lastChild.remove();
  lines.forEach((line, i) => {
    let item = list.children[i];
    if (!item) {
      item = document.createElement('li');
      for (let n = 0; n < 4; n++) item.append(document.createElement('span'));
      list.append(item);
    }
    if (item.dataset.event === `${frame.run}.${line.event}`) return;
    item.dataset.event = `${frame.run}.${line.event}`;
    const [number, when, who, words] = item.children;
    number.textContent = line.event;
    when.textContent = time(line.time_ns);
    who.textContent = line.who;
    who.className = line.who.replace(/-.*/, '');
    words.textContent = line.words;
  });
  if (lines.length === 0) {
    list.textContent = frame.settings.time === 'real' ? 'A run at full speed notes no events.' : 'Nothing yet: go, or step.';
  }
}

// ---- figures

const figures = new Map();

function figure(name, about, value, more, ...series) {
  let card = figures.get(name);
  if (!card) {
    const box = document.createElement('div');
    box.className = 'figure';
    box.title = about;
    const part = (kind) => { const p = document.createElement('div'); p.className = kind; box.append(p); return p; };
    card = { name: part('name'), value: part('value'), more: part('more'), lines: [] };
    card.name.textContent = name;
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 119 34');
    svg.setAttribute('preserveAspectRatio', 'none');
    series.forEach((_, i) => {
      const line = document.createElementNS('http://www.w3.org/2000/svg', 'polyline');
      if (i > 0) line.classList.add('second');
      svg.append(line);
      card.lines.push(line);
    });
    if (series.length) box.append(svg);
    byId('figures').append(box);
    figures.set(name, card);
  }
  if (card.value.textContent !== value) card.value.textContent = value;
  if (card.more.textContent !== more) card.more.textContent = more;
  const most = Math.max(1e-9, ...series.flat());
  series.forEach((points, i) => {
    card.lines[i].setAttribute('points', points.map((y, x) => `${120 - points.length + x},${(32 - (y / most) * 29).toFixed(1)}`).join(' '));
  });
}

function showFigures() {
  const c = frame.counters;
  const s = frame.samples;
  const column = (i) => s.map((sample) => sample[i]);
  const per = (count) => (c.completed ? (count / c.completed).toFixed(3) : '–');
  const rate = frame.time_ns > 0 ? c.completed / (frame.time_ns * 1e-9) : 0;
  const virtual = frame.settings.time === 'simulated' ? 'of virtual time' : 'on real threads';
  figure('requests a second', `Completed requests by the time of the run, ${virtual}`, frame.time_ns ? count(rate) : '–', `${c.completed.toLocaleString('en')} done, ${virtual}`, column(5));
  figure('in flight', 'Requests in the ring now; the curve is the mean over the time of each handful of completions', `${frame.in_flight} of ${frame.settings['queue-depth']}`, `ring of ${frame.ring.size}${c.ring_full ? `, full ${c.ring_full} times` : ''}${c.withdrawn ? `, ${c.withdrawn} taken out by a reset` : ''}`, column(1));
  figure('latency', 'From the chain in the ring to the end of the request', frame.latency.count ? time(frame.latency.mean_ns) : '–', frame.latency.count ? `p50 ${time(frame.latency.p50_ns)}, p99 ${time(frame.latency.p99_ns)}` : 'mean', column(2));
  figure('kicks per request', 'Notifications sent for each completed request; 1 without batching', per(c.kicks), `${c.kicks.toLocaleString('en')} sent, ${c.suppressed_kicks.toLocaleString('en')} left out`, column(3));
  figure('interrupts per request', 'Interrupts for each completed request', per(c.interrupts), frame.settings.time === 'simulated' ? `${c.interrupts.toLocaleString('en')} raised, ${c.suppressed_interrupts.toLocaleString('en')} left out${c.held_interrupts ? `, ${c.held_interrupts} held` : ''}` : `${c.interrupts.toLocaleString('en')} taken`, column(4));
}

// ---- guest memory

const WORDS = {
  split: [
    ['available ring, the driver writes'],
    ['idx', 'How many chains the driver has published, modulo 65536. One store publishes a whole batch.', (r) => r.avail_idx, 'driver'],
    ['used_event', 'The driver: “interrupt me when used.idx passes this entry” (EVENT_IDX)', (r) => r.used_event, 'driver'],
    ['flags', '1, NO_INTERRUPT: the driver wants no interrupts. Not used with EVENT_IDX.', (r) => r.avail_flags, 'driver'],
    ['used ring, the device writes'],
    ['idx', 'How many requests the device has given back, modulo 65536', (r) => r.used_idx, 'device'],
    ['avail_event', 'The device: “kick me when avail.idx passes this entry” (EVENT_IDX)', (r) => r.avail_event, 'device'],
    ['flags', '1, NO_NOTIFY: the device wants no kicks. Not used with EVENT_IDX.', (r) => r.used_flags, 'device'],
    ['by their own account'],
    ['driver’s next chain', 'Beyond avail.idx when chains are written that are not published yet', (r) => r.driver_next, 'driver'],
    ['driver’s next used', 'The used entry that the driver takes next', (r) => r.driver_next_used, 'driver'],
    ['device’s next available', 'The available entry that the device takes next', (r) => r.device_next_available, 'device'],
    ['device’s next used', 'Beyond used.idx when requests are done that are not published yet', (r) => r.device_next_used, 'device'],
  ],
  packed: [
    ['event suppression structures'],
    ['driver’s, for interrupts', 'ENABLE, DISABLE, or DESC: “interrupt me when this descriptor is used” (EVENT_IDX)', (r) => suppression(r.driver_event), 'driver'],
    ['device’s, for kicks', 'ENABLE, DISABLE, or DESC: “kick me when this descriptor is available” (EVENT_IDX)', (r) => suppression(r.device_event), 'device'],
    ['by their own account'],
    ['driver’s next chain', 'Where it will be made available, with the wrap counter of this lap', (r) => cursor(r, r.driver_next), 'driver'],
    ['driver has published to', 'Up to here the device can see chains', (r) => cursor(r, r.driver_published), 'driver'],
    ['driver’s next used', 'Where the driver looks for what is done', (r) => cursor(r, r.driver_next_used), 'driver'],
    ['device’s next available', 'Where the device looks for work', (r) => cursor(r, r.device_next_available), 'device'],
    ['device’s next used', 'Where the next completion will be written', (r) => cursor(r, r.device_next_used), 'device'],
  ],
};

const cursor = (r, place) => `${place % r.size} wrap ${place < r.size ? 1 : 0}`;
const suppression = (e) => (e.flags === 1 ? 'DISABLE' : e.flags === 2 ? `DESC ${e.offset} wrap ${e.wrap}` : 'ENABLE');
let wordsShown = '';
let wordCells = [];

function showWords() {
  const rows = WORDS[frame.ring.layout];
  if (wordsShown !== frame.ring.layout) {
    wordsShown = frame.ring.layout;
    const body = byId('words').tBodies[0];
    body.replaceChildren();
    wordCells = rows.map(([name, about, , side]) => {
      const row = body.insertRow();
      if (!about) {
        row.className = 'group';
        const cell = row.insertCell();
        cell.colSpan = 2;
        cell.textContent = name;
        return null;
      }
      const head = document.createElement('th');
      head.textContent = name;
      head.title = about;
      head.className = `${side}-said`;
      row.append(head);
      return row.insertCell();
    });
  }
  rows.forEach(([, , read], i) => {
    if (!read) return;
    const text = String(read(frame.ring));
    if (wordCells[i].textContent !== text) wordCells[i].textContent = text;
  });
}

let cells = [];

function showDescriptors() {
  const ring = frame.ring;
  const packed = ring.layout === 'packed';
  byId('table-title').textContent = packed ? 'Descriptor ring' : 'Descriptor table';
  const box = byId('descriptors');
  if (ring.descriptors.length === 0) {
    cells = [];
    box.textContent = `${ring.size} descriptors are too many to show one by one.`;
    return;
  }
  if (cells.length !== ring.descriptors.length) {
    box.replaceChildren();
    box.classList.toggle('many', ring.size > 64);
    cells = ring.descriptors.map((_, i) => {
      const cell = document.createElement('div');
      cell.className = 'd';
      cell.append(String(i), document.createElement('i'));
      box.append(cell);
      return cell;
    });
  }
  const owners = packed ? ownersInPackedRing(ring) : ownersInTable(ring);
  ring.descriptors.forEach(([address, length, flags, link], i) => {
    const cell = cells[i];
    const owner = owners.get(i);
    const names = [flags & 1 && 'NEXT', flags & 2 && 'WRITE', flags & 4 && 'INDIRECT', packed && flags & 128 && 'AVAIL', packed && flags & 32768 && 'USED'].filter(Boolean);
    const mark = flags & 4 ? 'table' : flags & 1 ? `→${packed ? '' : link}` : '';
    if (cell.lastChild.textContent !== mark) cell.lastChild.textContent = mark;
    cell.classList.toggle('taken', owner !== undefined);
    cell.style.background = owner === undefined ? '' : color(owner);
    cell.title = `descriptor ${i}${owner === undefined ? '' : `, request ${owner}`}\naddr 0x${address}, ${length} bytes\n${names.join(' ') || 'no flags'}, ${packed ? 'id' : 'next'} ${link}`;
  });
}

/** Which request has a descriptor: from its head along the links. */
function ownersInTable(ring) {
  const owners = new Map();
  for (const request of frame.requests) {
    for (let at = request.head, left = ring.size; left > 0 && at < ring.size; left--) {
      owners.set(at, request.number);
      const [, , flags, next] = ring.descriptors[at];
      if (!(flags & 1) || flags & 4) break;
      at = next;
    }
  }
  return owners;
}

function ownersInPackedRing(ring) {
  const owners = new Map();
  for (const request of frame.requests) {
    for (let i = 0; i < request.length; i++) owners.set((request.place + i) % ring.size, request.number);
  }
  return owners;
}

function showRequests() {
  const body = byId('requests').tBodies[0];
  const rows = frame.requests.slice(0, 64);
  while (body.rows.length > rows.length) body.deleteRow(-1);
  rows.forEach((request, i) => {
    let row = body.rows[i];
    if (!row) {
      row = body.insertRow();
      for (let n = 0; n < 5; n++) row.insertCell();
      row.cells[0].append(document.createElement('i'), '');
    }
    const [number, head, stage, age, here] = row.cells;
    number.firstChild.style.background = color(request.number);
    const texts = [[number.lastChild, request.number], [head, request.head], [stage, request.stage.replace('_', ' ')], [age, time(request.age_ns)], [here, time(request.in_stage_ns)]];
    for (const [cell, text] of texts) if (cell.textContent !== String(text)) cell.textContent = text;
  });
}

// ---- words for numbers

function time(ns) {
  if (ns < 1e3) return `${ns} ns`;
  if (ns < 1e6) return `${(ns / 1e3).toFixed(ns < 1e5 ? 2 : 1)} µs`;
  if (ns < 1e9) return `${(ns / 1e6).toFixed(ns < 1e8 ? 2 : 1)} ms`;
  return `${(ns / 1e9).toFixed(2)} s`;
}

function count(number) {
  if (number >= 1e6) return `${(number / 1e6).toFixed(2)} M`;
  if (number >= 1e4) return `${(number / 1e3).toFixed(1)} k`;
  return number.toFixed(0);
}

// ---- controls

const toggle = () => send({ do: frame?.phase === 'running' || frame?.phase === 'seeking' ? 'stop' : 'go' });
const step = (events) => send({ do: 'step', events });
const look = (moment, back) => send({ do: back ? 'previous' : 'next', moment });
const setSpeed = (i) => {
  const speed = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, i))];
  byId('speed-text').textContent = speedText(speed);
  send({ do: 'speed', events_per_s: speed });
};

byId('go').onclick = toggle;
byId('step').onclick = () => step(1);
byId('back').onclick = () => step(-1);
byId('home').onclick = () => send({ do: 'jump', event: 0 });
byId('speed').oninput = (event) => setSpeed(Number(event.target.value));
for (const button of document.querySelectorAll('[data-moment]')) {
  button.onclick = (event) => look(button.dataset.moment, event.shiftKey);
}
byId('jump').onsubmit = (event) => {
  event.preventDefault();
  const number = Number.parseInt(byId('jump-event').value, 10);
  if (Number.isSafeInteger(number)) send({ do: 'jump', event: Math.max(0, number) });
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest?.('input:not([type=range]), select');
  if (typing) {
    if (event.key === 'Escape') event.target.blur();
    return;
  }
  const keys = {
    ' ': toggle,
    ArrowRight: () => step(1),
    ArrowLeft: () => step(-1),
    Home: () => send({ do: 'jump', event: 0 }),
    k: () => look('kick', event.shiftKey),
    i: () => look('interrupt', event.shiftKey),
    c: () => look('completion', event.shiftKey),
    '+': () => setSpeed(nearest(frame.events_per_s) + 1),
    '-': () => setSpeed(nearest(frame.events_per_s) - 1),
    s: showSettings,
  };
  const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (action && frame) {
    event.preventDefault();
    action();
  }
});

function showSettings() {
  const form = byId('settings');
  form.hidden = !form.hidden;
  byId('show-settings').setAttribute('aria-expanded', String(!form.hidden));
}
byId('show-settings').onclick = showSettings;

function makeFields() {
  byId('fields').replaceChildren(
    ...knownSettings.map((setting) => {
      const label = document.createElement('label');
      label.title = setting.about;
      label.append(setting.name + (setting.unit ? ` (${setting.unit})` : ''));
      let field;
      if (setting.words) {
        field = document.createElement('select');
        for (const word of setting.words) field.append(new Option(word));
      } else {
        field = document.createElement('input');
        field.inputMode = setting.least === undefined ? 'text' : 'numeric';
      }
      field.name = setting.name;
      label.append(field);
      return label;
    }),
  );
  fillFields();
}

function fillFields() {
  if (!frame) return;
  for (const setting of knownSettings) byId('settings').elements[setting.name].value = frame.settings[setting.name];
}

byId('settings').onsubmit = (event) => {
  event.preventDefault();
  const settings = {};
  for (const setting of knownSettings) settings[setting.name] = event.target.elements[setting.name].value.trim();
  say('');
  problemUntil = 0;
  send({ do: 'restart', settings });
};

// ---- light and dark

const prefersDark = matchMedia('(prefers-color-scheme: dark)');
let theme = null;
const applyTheme = () => { document.documentElement.dataset.theme = theme ?? (prefersDark.matches ? 'dark' : 'light'); };
prefersDark.addEventListener('change', applyTheme);
byId('theme').onclick = () => {
  theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  applyTheme();
};
applyTheme();

// ---- what the marks mean

const LEGEND = [
  ['i.avail', 'published, not taken', 'The driver has moved avail.idx past them; the device has not come to them yet.'],
  ['i.avail dashed', 'written, not published', 'A chain costs nothing until avail.idx moves: this is where a batch gathers.'],
  ['i.device', 'at the device', 'Taken and not given back; in a packed ring their descriptors wait here.'],
  ['i.used', 'given back, not reaped', 'The device has moved used.idx past them; the driver has not come to them yet.'],
  ['i.bell', 'event index', 'EVENT_IDX: the other side wants to be notified when this very entry is passed. It shows only while it is armed, that is, still ahead.'],
  ['b.driver', '▼▲ where the driver is', 'Outside the ring: where a side writes. Inside: where a side reads.'],
  ['b.device', '▼▲ where the device is', 'Outside the ring: where a side writes. Inside: where a side reads.'],
];
byId('legend').append(
  ...LEGEND.map(([mark, text, about]) => {
    const item = document.createElement('li');
    item.title = about;
    const [tag, kind] = mark.split('.');
    const sign = document.createElement(tag);
    sign.className = kind;
    if (tag === 'b') sign.textContent = text;
    item.append(sign);
    if (tag === 'i') item.append(text);
    return item;
  }),
);

connect();
