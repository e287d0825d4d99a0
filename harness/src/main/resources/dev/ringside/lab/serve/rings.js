// The scene: driver, ring or rings, device, storage, and a dot for every request in flight.

const NS = 'http://www.w3.org/2000/svg';
const TURN = 2 * Math.PI;

/** Where things stand: beside each other, or on top of each other in a narrow window. */
const WIDE = {
  view: [880, 660],
  driver: [8, 215, 122, 230], driverHome: [69, 360],
  device: [510, 170, 176, 320], storage: [732, 225, 140, 210],
  popped: [518, 242, 160, 96], served: [518, 382, 160, 96], service: [738, 286, 128, 134],
  available: { x: 312, y: 194, r: 126 }, used: { x: 312, y: 466, r: 126 },
  packed: { x: 318, y: 330, r: 152 },
  kick: 'M69 213V40Q69 18 91 18H576Q598 18 598 40V168', kickLabel: [312, 18],
  interrupt: 'M598 492V620Q598 642 576 642H91Q69 642 69 620V447', interruptLabel: [312, 642],
  ways: ['M132 275Q150 235 172 220', 'M452 225Q485 240 506 262', 'M688 290H728', 'M730 380H690', 'M508 405Q485 425 452 438', 'M172 440Q150 425 134 390'],
};
const NARROW = {
  view: [480, 740],
  driver: [70, 12, 340, 74], driverHome: [240, 62],
  device: [70, 420, 340, 130], storage: [120, 610, 240, 118],
  popped: [78, 484, 156, 60], served: [246, 484, 156, 60], service: [130, 648, 220, 74],
  available: { x: 128, y: 250, r: 98 }, used: { x: 352, y: 250, r: 98 },
  packed: { x: 240, y: 252, r: 140 },
  kick: 'M68 48H30Q10 48 10 68V465Q10 485 30 485H68', kickLabel: [62, 396],
  interrupt: 'M412 485H450Q470 485 470 465V68Q470 48 450 48H412', interruptLabel: [418, 396],
  ways: ['M150 88L142 140', 'M142 360L150 416', 'M190 553V606', 'M290 608V555', 'M330 416L338 360', 'M338 140L330 88'],
};

export const hue = (number) => (number * 137.508) % 360;
export const color = (number) => `hsl(${hue(number).toFixed(0)} 70% var(--dot-light))`;

function make(name, attributes, parent, text) {
  const element = document.createElementNS(NS, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  if (text !== undefined) element.textContent = text;
  parent?.append(element);
  return element;
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A piece of a ring between two radii, from one boundary of a slot to another. */
function sector(r1, r2, from, count, size) {
  if (count <= 0) return '';
  const share = Math.min(count, size) / size;
  const a = (from / size) * TURN - TURN / 4;
  const b = a + Math.min(share, 0.99999) * TURN;
  const large = share > 0.5 ? 1 : 0;
  const p = (r, t) => `${(r * Math.cos(t)).toFixed(2)} ${(r * Math.sin(t)).toFixed(2)}`;
  return `M${p(r2, a)}A${r2} ${r2} 0 ${large} 1 ${p(r2, b)}L${p(r1, b)}A${r1} ${r1} 0 ${large} 0 ${p(r1, a)}Z`;
}

/** One ring: slots, zones between its hands, and the hands. */
class Ring {
  constructor(parent, at, size, modulus, title) {
    this.at = at;
    this.size = size;
    this.modulus = modulus;
    this.outer = at.r;
    this.inner = at.r * (modulus === 65536 ? 0.73 : 0.78);
    this.turned = new Map();
    this.group = make('g', { transform: `translate(${at.x} ${at.y})` }, parent);
    make('title', {}, this.group, title.about);
    if (size <= 256) {
      for (let i = 0; i < size; i++) {
        make('path', { class: 'slot', d: sector(this.inner, this.outer, i, 1, size) }, this.group);
      }
    } else {
      make('path', { class: 'slot', d: sector(this.inner, this.outer, 0, size, size) }, this.group);
    }
    this.zones = make('g', {}, this.group);
    this.texts = [];
    if (size <= 32) {
      for (let i = 0; i < size; i++) {
        const [x, y] = this.local(i, (this.inner + this.outer) / 2);
        this.texts.push(make('text', { class: 'slot-text', x, y }, this.group));
      }
    }
    this.hands = new Map();
    this.lines = [];
    make('text', { class: 'strong', y: -this.inner * 0.52 }, this.group, title.name);
    this.legend = make('g', {}, this.group);
  }

  local(place, radius) {
    const t = ((place + 0.5) / this.size) * TURN - TURN / 4;
    return [+(radius * Math.cos(t)).toFixed(2), +(radius * Math.sin(t)).toFixed(2)];
  }

  /** Where a request at this place stands. */
  point(place) {
    const [x, y] = this.local(place % this.size, (this.inner + this.outer) / 2);
    return [this.at.x + x, this.at.y + y];
  }

  /** The largest dot that fits a slot. */
  dotRadius() {
    const middle = (this.inner + this.outer) / 2;
    return Math.max(2, Math.min((this.outer - this.inner) * 0.42, (middle * TURN) / this.size * 0.42, 12));
  }

  addHand(name, shape, side, hollow) {
    const r = this.outer;
    const i = this.inner;
    const paths = {
      out: `M0 ${-r - 2}l-8 -15h16Z`, // a triangle outside, its tip at the slot
      in: `M0 ${-i + 2}l-8 15h16Z`, // and inside
      bell: `M0 ${-r - 18}l7 -8l-7 -8l-7 8Z`,
      bellIn: `M0 ${-i + 18}l7 8l-7 8l-7 -8Z`,
    };
    const hand = make('g', { class: 'hand' }, this.group);
    make('path', { class: shape.startsWith('bell') ? 'bell' : `${hollow ? 'hollow ' : ''}${side}`, d: paths[shape] }, hand);
    make('title', {}, hand, name);
    this.hands.set(name, hand);
  }

  /** Turns a hand the short way round, so that it goes on over the top. */
  turn(name, place, parked) {
    const hand = this.hands.get(name);
    const before = this.turned.get(name);
    let now = place;
    if (before !== undefined) {
      let moved = (((place - before) % this.modulus) + this.modulus) % this.modulus;
      if (moved > this.modulus / 2) moved -= this.modulus;
      now = before + moved;
    }
    this.turned.set(name, now);
    hand.style.transform = `rotate(${(((now + 0.5) / this.size) * 360).toFixed(2)}deg)`;
    hand.classList.toggle('parked', Boolean(parked));
  }

  setZones(zones) {
    const shown = zones.filter((zone) => zone.count > 0);
    while (this.zones.childNodes.length > shown.length) this.zones.lastChild.remove();
    shown.forEach((zone, i) => {
      const path = this.zones.childNodes[i] ?? make('path', {}, this.zones);
      const d = sector(this.inner, this.outer, zone.from % this.size, zone.count, this.size);
      if (path.getAttribute('d') !== d) path.setAttribute('d', d);
      path.setAttribute('class', `zone ${zone.kind}`);
    });
  }

  setLegend(lines) {
    const space = Math.min(19, (this.inner * 1.15) / lines.length);
    lines.forEach((line, i) => {
      let text = this.lines[i];
      if (!text) {
        text = make('text', { class: 'small', y: -this.inner * 0.52 + space * (i + 1) + 3 }, this.legend);
        this.lines.push(text);
      }
      set(text, line.text);
      text.style.fill = line.color ?? '';
    });
    while (this.lines.length > lines.length) this.lines.pop().remove();
  }
}

const plural = (count, noun) => `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
const u16 = (number) => ((number % 65536) + 65536) % 65536;

export class Scene {
  constructor(svg) {
    this.svg = svg;
    this.dots = new Map();
    this.narrow = matchMedia('(max-width: 640px)');
    this.narrow.addEventListener('change', () => {
      this.shape = '';
      if (this.frame) this.update(this.frame, 0);
    });
  }

  /** Draws what does not move; anew when the ring is another one. */
  build(ring) {
    const g = (this.geometry = this.narrow.matches ? NARROW : WIDE);
    this.svg.replaceChildren();
    this.dots.clear();
    this.svg.setAttribute('viewBox', `0 0 ${g.view[0]} ${g.view[1]}`);
    const tip = make('marker', { id: 'tip', viewBox: '0 0 8 8', refX: 6, refY: 4, markerWidth: 8, markerHeight: 8, orient: 'auto' }, make('defs', {}, this.svg));
    make('path', { d: 'M0 0L8 4L0 8Z' }, tip);
    const ways = ring.layout === 'split' ? g.ways : g.ways.slice(2, 4);
    for (const way of ways) make('path', { class: 'way', d: way }, this.svg);
    this.kick = this.wire(g.kick, 'driver', 'A notification of the device: a write to its register, which costs a VM exit under a hypervisor.');
    this.interrupt = this.wire(g.interrupt, 'device', 'An interrupt: the device tells the driver that requests are done.');
    this.driver = this.box(g.driver, 'driver', 'driver', 'The guest’s driver: it writes chains into the ring, publishes them together, and takes completions back.');
    this.device = this.box(g.device, 'device', 'device', 'The emulated device: it takes chains from the ring and gives them back.');
    this.storage = this.box(g.storage, 'device', 'storage', 'What the device’s workers ask: requests stay here for their service time.');
    const middle = (zone) => [zone[0] + zone[2] / 2, zone[1] - 8];
    this.poppedText = make('text', { class: 'small soft', x: middle(g.popped)[0], y: middle(g.popped)[1] }, this.svg, '');
    this.servedText = make('text', { class: 'small soft', x: middle(g.served)[0], y: middle(g.served)[1] }, this.svg, '');
    if (ring.layout === 'split') this.buildSplit(ring, g);
    else this.buildPacked(ring, g);
    this.kickLabel = this.label(g.kickLabel);
    this.interruptLabel = this.label(g.interruptLabel);
    this.dotLayer = make('g', {}, this.svg);
    this.lastEvent = undefined;
  }

  wire(path, side, about) {
    make('title', {}, make('path', { class: 'wire', d: path }, this.svg), about);
    return make('path', { class: `wire-flash ${side}`, d: path }, this.svg);
  }

  label([x, y]) {
    const group = make('g', {}, this.svg);
    const back = make('rect', { class: 'wire-label', x: x - 10, y: y - 10, width: 20, height: 20, rx: 4 }, group);
    return { text: make('text', { class: 'small', x, y }, group), back, x };
  }

  box([x, y, width, height], side, name, about) {
    const rect = make('rect', { class: `box ${side}`, x, y, width, height, rx: 10 }, this.svg);
    make('title', {}, rect, about);
    make('text', { class: 'strong', x: x + width / 2, y: y + 18 }, this.svg, name);
    return { rect, text: make('text', { class: 'small soft', x: x + width / 2, y: y + 36 }, this.svg) };
  }

  buildSplit(ring, g) {
    this.available = new Ring(this.svg, g.available, ring.size, 65536, {
      name: 'available', about: 'The available ring: the driver writes the heads of chains, then moves idx once for the batch.' });
    this.available.addHand('avail.idx: up to here the driver has published', 'out', 'driver');
    this.available.addHand('the device takes this entry next', 'in', 'device');
    this.available.addHand('avail_event: the device wants a kick when this entry is published', 'bell', 'device');
    this.used = new Ring(this.svg, g.used, ring.size, 65536, {
      name: 'used', about: 'The used ring: the device writes what is done, then moves idx once for the batch.' });
    this.used.addHand('used.idx: up to here the device has given back', 'out', 'device');
    this.used.addHand('the driver takes this entry next', 'in', 'driver');
    this.used.addHand('used_event: the driver wants an interrupt when this entry is given back', 'bell', 'driver');
    this.ring = null;
  }

  buildPacked(ring, g) {
    this.ring = new Ring(this.svg, g.packed, ring.size, 2 * ring.size, {
      name: 'packed ring', about: 'One ring for both directions: descriptors become available and used in place; a wrap counter tells one lap from the next.' });
    this.ring.addHand('the driver makes the next chain available here', 'out', 'driver');
    this.ring.addHand('the driver looks here for the next used descriptor', 'out', 'driver', true);
    this.ring.addHand('the device looks here for the next available descriptor', 'in', 'device');
    this.ring.addHand('the device’s next used descriptor goes here', 'in', 'device', true);
    this.ring.addHand('device event suppression: the device wants a kick for this descriptor', 'bellIn', 'device');
    this.ring.addHand('driver event suppression: the driver wants an interrupt for this descriptor', 'bell', 'driver');
  }

  /** Shows a frame; motion is how long movements may take, in seconds. */
  update(frame, motion) {
    this.frame = frame;
    const ring = frame.ring;
    const shape = `${frame.run} ${ring.layout} ${ring.size} ${this.narrow.matches}`;
    if (shape !== this.shape) {
      this.shape = shape;
      this.build(ring);
    }
    this.svg.style.setProperty('--motion', `${motion}s`);
    if (ring.layout === 'split') this.showSplit(ring);
    else this.showPacked(ring);
    this.showSides(frame);
    this.showWires(frame);
    this.showRequests(frame, motion);
    this.lastEvent = frame.event;
  }

  showSplit(ring) {
    const a = this.available;
    const [idx, next, event] = a.hands.keys();
    const kickArmed = ring.event_idx && u16(ring.avail_event - ring.avail_idx) < ring.size;
    a.turn(idx, ring.avail_idx);
    a.turn(next, ring.device_next_available);
    a.turn(event, ring.avail_event, !kickArmed);
    a.setZones([
      { kind: 'avail', from: ring.device_next_available, count: u16(ring.avail_idx - ring.device_next_available) },
      { kind: 'avail hidden-yet', from: ring.avail_idx, count: u16(ring.driver_next - ring.avail_idx) },
    ]);
    a.texts.forEach((text, i) => set(text, String(ring.available[i] ?? '')));
    a.setLegend([
      { text: `▼ idx ${ring.avail_idx}`, color: 'var(--driver)' },
      { text: `▲ device at ${ring.device_next_available}`, color: 'var(--device)' },
      ring.event_idx
        ? { text: kickArmed ? `◆ avail_event ${ring.avail_event}` : `avail_event ${ring.avail_event}, passed`, color: 'var(--bell)' }
        : { text: ring.used_flags & 1 ? 'NO_NOTIFY' : 'kicks wanted', color: 'var(--bell)' },
    ]);
    const u = this.used;
    const [usedIdx, driverAt, usedEvent] = u.hands.keys();
    const interruptArmed = ring.event_idx && u16(ring.used_event - ring.used_idx) < ring.size;
    u.turn(usedIdx, ring.used_idx);
    u.turn(driverAt, ring.driver_next_used);
    u.turn(usedEvent, ring.used_event, !interruptArmed);
    u.setZones([
      { kind: 'used', from: ring.driver_next_used, count: u16(ring.used_idx - ring.driver_next_used) },
      { kind: 'used hidden-yet', from: ring.used_idx, count: u16(ring.device_next_used - ring.used_idx) },
    ]);
    u.texts.forEach((text, i) => set(text, String(ring.used[i]?.[0] ?? '')));
    const passed = u16(ring.used_event - ring.used_idx) < 32768 ? 'far' : 'passed';
    u.setLegend([
      { text: `▼ idx ${ring.used_idx}`, color: 'var(--device)' },
      { text: `▲ driver at ${ring.driver_next_used}`, color: 'var(--driver)' },
      ring.event_idx
        ? { text: interruptArmed ? `◆ used_event ${ring.used_event}` : `used_event ${ring.used_event}, ${passed}`, color: 'var(--bell)' }
        : { text: ring.avail_flags & 1 ? 'NO_INTERRUPT' : 'interrupts wanted', color: 'var(--bell)' },
    ]);
  }

  showPacked(ring) {
    const r = this.ring;
    const n = ring.size;
    const between = (from, to) => (((to - from) % (2 * n)) + 2 * n) % (2 * n);
    const [next, looks, takes, gives, deviceWish, driverWish] = r.hands.keys();
    r.turn(next, ring.driver_next);
    r.turn(looks, ring.driver_next_used);
    r.turn(takes, ring.device_next_available);
    r.turn(gives, ring.device_next_used);
    const place = (event) => event.offset + (event.wrap ? 0 : n);
    const armed = (event, from) => event.flags === 2 && between(from, place(event)) < n;
    r.turn(deviceWish, place(ring.device_event), !armed(ring.device_event, ring.driver_published));
    r.turn(driverWish, place(ring.driver_event), !armed(ring.driver_event, ring.device_next_used));
    r.setZones([
      { kind: 'avail', from: ring.device_next_available, count: between(ring.device_next_available, ring.driver_published) },
      { kind: 'avail hidden-yet', from: ring.driver_published, count: between(ring.driver_published, ring.driver_next) },
      { kind: 'device', from: ring.device_next_used, count: between(ring.device_next_used, ring.device_next_available) },
      { kind: 'used', from: ring.driver_next_used, count: between(ring.driver_next_used, ring.device_next_used) },
    ]);
    r.texts.forEach((text, i) => set(text, ring.descriptors[i] ? String(ring.descriptors[i][3]) : ''));
    const at = (cursor) => `${cursor % n}, wrap ${cursor < n ? 1 : 0}`;
    const wish = (event) => (event.flags === 1 ? 'DISABLE' : event.flags === 2 ? `${event.offset}, wrap ${event.wrap}` : 'ENABLE');
    r.setLegend([
      { text: `▼ driver adds at ${at(ring.driver_next)}`, color: 'var(--driver)' },
      { text: `▽ driver reaps at ${at(ring.driver_next_used)}`, color: 'var(--driver)' },
      { text: `▲ device takes at ${at(ring.device_next_available)}`, color: 'var(--device)' },
      { text: `△ device returns at ${at(ring.device_next_used)}`, color: 'var(--device)' },
      { text: `◆ kick: ${wish(ring.device_event)}`, color: 'var(--bell)' },
      { text: `◆ interrupt: ${wish(ring.driver_event)}`, color: 'var(--bell)' },
    ]);
  }

  showSides(frame) {
    const simulated = frame.settings.time === 'simulated';
    this.driver.rect.classList.toggle('asleep', frame.driver_asleep);
    this.device.rect.classList.toggle('asleep', frame.device_asleep);
    set(this.driver.text, simulated ? (frame.driver_asleep ? 'asleep' : 'awake') : 'at full speed');
    set(this.device.text, simulated ? (frame.device_asleep ? 'asleep' : 'awake') : '');
    const workers = Number(frame.settings.workers);
    set(this.storage.text, workers === 0 ? 'one at a time' : workers === 1 ? '1 worker' : `${workers} workers`);
  }

  showWires(frame) {
    const c = frame.counters;
    this.setLabel(this.kickLabel, plural(c.kicks, 'kick'), `, ${c.suppressed_kicks} left out`);
    const simulated = frame.settings.time === 'simulated';
    this.setLabel(this.interruptLabel, plural(c.interrupts, 'interrupt'), simulated ? `, ${c.suppressed_interrupts} left out` : '');
    this.flash(frame, this.kick, 'KICK', 'SUPPRESS_KICK');
    this.flash(frame, this.interrupt, 'INTERRUPT', 'SUPPRESS_INTERRUPT');
  }

  setLabel(label, short, rest) {
    set(label.text, this.geometry === NARROW ? short : short + rest);
    const width = label.text.textContent.length * 7.2 + 14;
    label.back.setAttribute('x', label.x - width / 2);
    label.back.setAttribute('width', width);
  }

  flash(frame, wire, sent, leftOut) {
    const last = frame.recent.at(-1);
    const now = last && (last.type === sent || last.type === leftOut) ? last : undefined;
    const news = frame.recent.filter((line) => line.event > (this.lastEvent ?? Infinity));
    const seen = news.findLast((line) => line.type === sent || line.type === leftOut);
    const shown = now ?? seen;
    if (shown) wire.classList.toggle('left-out', shown.type === leftOut);
    wire.classList.toggle('now', Boolean(now) && frame.phase === 'stopped');
    if (seen) wire.animate([{ opacity: 1 }, { opacity: 1, offset: 0.4 }, { opacity: 0 }], { duration: 500 });
  }

  showRequests(frame, motion) {
    const g = this.geometry;
    const byStage = { popped: [], in_service: [], served: [] };
    for (const request of frame.requests) byStage[request.stage]?.push(request);
    const simulated = frame.settings.time === 'simulated';
    set(this.poppedText, simulated ? `taken: ${byStage.popped.length}` : '');
    set(this.servedText, simulated ? `served: ${byStage.served.length}` : '');
    const ringDot = (this.ring ?? this.available).dotRadius();
    const seen = new Set();
    for (const request of frame.requests) {
      let target;
      let radius = ringDot;
      if (request.stage === 'submitted' || request.stage === 'published') {
        target = (this.ring ?? this.available).point(request.place);
      } else if (request.stage === 'used') {
        target = (this.ring ?? this.used).point(request.used_place);
      } else {
        const zone = { popped: g.popped, in_service: g.service, served: g.served }[request.stage];
        const group = byStage[request.stage];
        [target, radius] = inGrid(zone, group.indexOf(request), group.length);
      }
      seen.add(request.number);
      this.place(request, target, radius, motion);
    }
    for (const [number, dot] of this.dots) {
      if (!seen.has(number)) this.leave(number, dot, motion);
    }
  }

  place(request, [x, y], radius, motion) {
    let dot = this.dots.get(request.number);
    if (!dot) {
      const group = make('g', { class: 'dot' }, this.dotLayer);
      dot = { group, circle: make('circle', {}, group), text: make('text', {}, group), title: make('title', {}, group) };
      dot.circle.style.fill = color(request.number);
      this.dots.set(request.number, dot);
      if (motion > 0) {
        const [hx, hy] = this.geometry.driverHome;
        group.style.transform = `translate(${hx}px, ${hy}px)`;
        group.getBoundingClientRect(); // so that it moves from there
      }
    }
    dot.group.setAttribute('class', `dot ${request.stage}`);
    dot.group.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    dot.circle.setAttribute('r', radius.toFixed(1));
    dot.circle.style.strokeWidth = radius < 5 ? 0 : '';
    set(dot.text, radius >= 8 ? String(request.number % 1000) : '');
    set(dot.title, `request ${request.number}, head ${request.head}, ${request.stage.replace('_', ' ')}, ${request.bytes} bytes`);
  }

  leave(number, dot, motion) {
    this.dots.delete(number);
    if (motion === 0) {
      dot.group.remove();
      return;
    }
    const [x, y] = this.geometry.driverHome;
    dot.group.style.transform = `translate(${x}px, ${y}px)`;
    dot.group.style.opacity = 0;
    setTimeout(() => dot.group.remove(), motion * 1000 + 60);
  }
}

/** The centre of a cell of a zone that has room for so many, and the largest dot in it. */
function inGrid([x, y, width, height], index, count) {
  let columns = 1;
  while (Math.ceil(count / columns) * (width / columns) > height && columns < 64) columns++;
  columns = Math.max(columns, Math.round(width / 30) || 1);
  const cell = Math.min(width / columns, height / Math.max(1, Math.ceil(count / columns)));
  const rows = Math.ceil(count / columns);
  const inRow = Math.min(columns, count);
  const left = x + (width - inRow * (width / columns)) / 2;
  const top = y + (height - rows * cell) / 2;
  return [
    [left + ((index % columns) + 0.5) * (width / columns), top + (Math.floor(index / columns) + 0.5) * cell],
    Math.max(2, Math.min(cell * 0.45, (width / columns) * 0.45, 12)),
  ];
}
