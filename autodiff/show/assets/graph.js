"use strict";
// One drawing of the graph: what is lit and known, clusters that open, moving and zooming.

const SVG = "http://www.w3.org/2000/svg";
const NARROW = 860;  // [px], as in style.css
const BAR = 18;      // height of a histogram
const HEAD = 24;  // above an open cluster, for its title

const numbersOf = text => text.match(/-?[\d.]+/g).map(Number);

function curve(points, upright) {
  const at = x => Math.round(x * 10) / 10;
  let path = `M${at(points[0][0])} ${at(points[0][1])}`;
  for (let i = 1; i < points.length; i++) {
    const [x, y] = points[i - 1], [u, v] = points[i];
    if (Math.abs(x - u) + Math.abs(y - v) < 0.05) continue;
    if (i % 2 || (upright ? Math.abs(x - u) < 0.05 : Math.abs(y - v) < 0.05)) path += `L${at(u)} ${at(v)}`;
    else if (upright) path += `C${at(x)} ${at((y + v) / 2)} ${at(u)} ${at((y + v) / 2)} ${at(u)} ${at(v)}`;
    else path += `C${at((x + u) / 2)} ${at(y)} ${at((x + u) / 2)} ${at(v)} ${at(u)} ${at(v)}`;
  }
  return path;
}

// What stands in one cluster, or in the whole graph: it moves apart when a cluster in it opens.
class Scene {
  constructor(drawing, element, width, height) {
    Object.assign(this, { drawing, element, width, height, inner: new Map() });
    this.parts = [...element.children].filter(g => g.dataset.m || g.dataset.from);
    for (const g of this.parts) {
      const path = g.dataset.p && g.querySelector("path");
      if (path) {
        const flat = numbersOf(g.dataset.p);
        g.points = flat.filter((_, i) => i % 2 === 0).map((x, i) => [x, flat[2 * i + 1]]);
        g.path = path;
      } else [g.x, g.y] = numbersOf(g.getAttribute("transform") ?? "0 0");
      drawing.register(g, this);
    }
  }

  // Sizes of open clusters push everything else outward; nothing that was apart comes closer.
  settle() {
    const pushes = [];
    for (const [g, scene] of this.inner) {
      const size = scene.settle(), box = g.querySelector("rect");
      const w = +box.getAttribute("width"), h = +box.getAttribute("height");
      const dx = Math.max(0, size.width - w), dy = Math.max(0, size.height + HEAD - h);
      pushes.push({ x: g.x, y: g.y, w, h, dx, dy });
      scene.own = size.width;
      scene.size = { width: Math.max(size.width, w), height: Math.max(size.height + HEAD, h) };
    }
    const size = this.drawing.compact ? packed(this) : this.spread(pushes);
    for (const scene of this.inner.values()) scene.frame();
    return size;
  }

  spread(pushes) {
    const width = pushes.reduce((to, p) => to + p.dx, this.width);
    const height = pushes.reduce((to, p) => to + p.dy, this.height);
    const clamp = t => Math.max(-1, Math.min(1, t));
    const moveX = x => pushes.reduce((to, p) => to + (clamp((x - p.x) / (p.w / 2)) + 1) * p.dx / 2, x);
    const moveY = y => pushes.reduce((to, p) => to + (clamp((y - p.y) / (p.h / 2)) + 1) * p.dy / 2, y);
    for (const g of this.parts) {
      if (g.path) g.path.setAttribute("d", curve(g.points.map(([x, y]) => [moveX(x), moveY(y)]), true));
      else if (g.x !== undefined) g.setAttribute("transform", `translate(${moveX(g.x)} ${moveY(g.y)})`);
    }
    return { width, height };
  }

  frame() {
    const { width, height } = this.size;
    this.border.setAttribute("x", -width / 2); this.border.setAttribute("y", -height / 2);
    this.border.setAttribute("width", width); this.border.setAttribute("height", height);
    this.title.setAttribute("x", -width / 2 + 12); this.title.setAttribute("y", -height / 2 + 17);
    this.element.setAttribute("transform", `translate(${-this.own / 2} ${-height / 2 + HEAD})`);
  }
}

class Drawing {
  constructor(app, svg) {
    this.app = app;
    this.svg = svg;
    this.opens = svg.dataset.moves === "clusters";
    this.members = new Map();  // "v3", "bv3" or "c0" -> its group
    this.links = new Map();    // "v0 v2" -> groups of edges and labels
    this.lit = [];
    const [, , width, height] = numbersOf(svg.getAttribute("viewBox"));
    this.top = new Scene(this, svg, width, height);
    this.resize();
    this.home();
    this.listen();
  }

  register(g, scene) {
    g.scene = scene;
    if (g.dataset.m) {
      if (/^b?v|^c/.test(g.dataset.m)) this.members.set(g.dataset.m, g);
      g.setAttribute("tabindex", this.members.size === 1 ? "0" : "-1");
      g.setAttribute("aria-describedby", "tip");
    } else {
      const key = `${g.dataset.from} ${g.dataset.to}`;
      if (!this.links.has(key)) this.links.set(key, []);
      this.links.get(key).push(g);
    }
    const bound = [...g.querySelectorAll("[data-n]")];
    if (bound.length) this.app.bind(bound);
  }

  resize() {
    const { width, height } = this.top.settle();
    Object.assign(this, { width, height });
  }

  // The layout of picture_graph.py, or the compact one.
  arrange(compact) {
    this.compact = compact;
    this.svg.classList.toggle("compact", compact);
    this.resize();
    this.home();
    this.follow();
  }

  whole() { this.view = [0, 0, this.width, this.height]; this.look(); }

  // The part of the drawing that is seen with letters of a legible size: [width, height].
  legible() {
    const wide = this.svg.parentElement.clientWidth || 640, scale = 0.85;
    return [wide / scale, Math.max(300, 0.74 * innerHeight) / scale];
  }

  // The whole drawing; of a large one its lower end, where the inputs are.
  home() {
    const [width, height] = this.legible();
    this.whole();
    this.large = this.width > 1.35 * width || this.height > 1.35 * height;
    if (this.large) this.lookAt(this.width / 2, this.height - height / 2);
    this.svg.style.maxWidth = this.large ? "" : `${Math.ceil(this.width * 1.25)}px`;
    const readable = this.width < 1000 && !this.large;
    this.svg.style.minWidth = readable ? `${Math.ceil(this.width * 0.85)}px` : "";
  }

  // See a place of a large drawing, as far inside as it goes.
  lookAt(x, y) {
    const [width, height] = this.legible();
    const start = (at, size, whole) => size >= whole ? (whole - size) / 2 : Math.max(0, Math.min(at - size / 2, whole - size));
    const tall = Math.min(height, this.height);
    this.view = [start(x, width, this.width), start(y, tall, this.height), width, tall];
    this.look();
  }

  centre(g) {
    const box = (g.querySelector("rect") ?? g).getBoundingClientRect();
    return this.point({ clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 });
  }

  // What is lit stays in view: in a large drawing, and on a narrow screen.
  follow() {
    if (!this.large && innerWidth > NARROW) return;
    const g = this.lit.find(one => one.dataset.m), pane = this.svg.parentElement;
    if (!g || !g.getClientRects().length) return;
    if (this.large) {
      const { x, y } = this.centre(g), [left, top, width, height] = this.view;
      const inside = x > left && x < left + width && y > top && y < top + height;
      if (!inside) this.lookAt(x, y);
    } else if (pane.scrollWidth > pane.clientWidth) {
      const box = g.getBoundingClientRect(), own = pane.getBoundingClientRect();
      pane.scrollLeft += box.x + box.width / 2 - own.x - own.width / 2;
    }
  }

  look() {
    this.svg.setAttribute("viewBox", this.view.map(x => x.toFixed(2)).join(" "));
    this.svg.classList.toggle("near", this.view[2] < this.width - 1);
  }

  // Zoom by a factor around a point of the drawing.
  zoom(factor, x = this.view[0] + this.view[2] / 2, y = this.view[1] + this.view[3] / 2) {
    const [left, top, width, height] = this.view;
    const scale = Math.min(Math.max(width * factor, 120), 1.5 * this.width) / width;
    this.view = [x - (x - left) * scale, y - (y - top) * scale, width * scale, height * scale];
    this.look();
  }

  point(event) {
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
  }

  listen() {
    const { svg } = this, fingers = new Map();
    svg.addEventListener("wheel", event => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const { x, y } = this.point(event);
      this.zoom(Math.exp(event.deltaY / 300), x, y);
    }, { passive: false });
    svg.addEventListener("pointerdown", event => {
      fingers.set(event.pointerId, event);
      delete svg.dataset.dragged;
    });
    const lift = event => fingers.delete(event.pointerId);
    for (const name of ["pointerup", "pointercancel", "pointerleave"]) svg.addEventListener(name, lift);
    svg.addEventListener("pointermove", event => {
      const before = fingers.get(event.pointerId);
      if (!before || !this.moved(before, event)) return;
      svg.dataset.dragged = "yes";
      const a = this.point(before), b = this.point(event);
      if (fingers.size === 2) {
        const other = [...fingers.values()].find(f => f.pointerId !== event.pointerId), o = this.point(other);
        this.zoom(Math.hypot(a.x - o.x, a.y - o.y) / Math.max(1, Math.hypot(b.x - o.x, b.y - o.y)), o.x, o.y);
      } else {
        this.view[0] += a.x - b.x; this.view[1] += a.y - b.y;
        this.look();
      }
      fingers.set(event.pointerId, event);
    });
  }

  moved(before, event) {
    return before.dragging || Math.hypot(before.clientX - event.clientX, before.clientY - event.clientY) > 3
      ? (event.dragging = true) : false;
  }

  // The group that stands for a vertex now: its own box, or the closed cluster around it.
  seen(i) {
    for (const name of [...this.app.around(i), `v${i}`]) {
      const g = this.members.get(name);
      if (g && !g.scene.inner?.has(g)) return g;
    }
    return null;
  }

  toggle(g) {
    if (!this.opens) return;
    const { scene } = g;
    if (scene.inner.has(g)) this.close(g);
    else this.open(g);
    this.resize();
    this.home();
    if (this.large) { const { x, y } = this.centre(g); this.lookAt(x, y); }
    this.app.refresh(this);
  }

  open(g) {
    if (!this.opens) return;
    const template = document.querySelector(`template[data-scene="${g.dataset.m}"]`);
    const source = template?.content.querySelector("svg");
    if (!source || g.scene.inner.has(g)) return;
    const inner = document.createElementNS(SVG, "g"), border = document.createElementNS(SVG, "rect");
    const title = document.createElementNS(SVG, "text");
    border.setAttribute("class", "frame"); border.setAttribute("rx", "10");
    title.setAttribute("class", "title frame-title start");
    title.textContent = (g.querySelector("text.title")?.textContent ?? "").replace("▸", "▾");
    for (const child of source.cloneNode(true).children) inner.append(child.cloneNode(true));
    expand(inner);
    g.classList.add("open");
    g.append(border, title, inner);
    const [, , width, height] = numbersOf(source.getAttribute("viewBox"));
    const scene = new Scene(this, inner, width, height);
    Object.assign(scene, { border, title });
    g.scene.inner.set(g, scene);
    g.setAttribute("aria-expanded", "true");
  }

  close(g) {
    const scene = g.scene.inner.get(g);
    for (const part of scene.parts) {
      if (part.scene.inner.has(part)) this.close(part);
      if (part.dataset.m) this.members.delete(part.dataset.m);
      else this.links.delete(`${part.dataset.from} ${part.dataset.to}`);
      this.app.unbind(part);
    }
    for (const element of [scene.border, scene.title, scene.element]) element.remove();
    g.scene.inner.delete(g);
    g.classList.remove("open");
    g.setAttribute("aria-expanded", "false");
  }

  // Open what is around a vertex and bring it into view.
  reveal(i) {
    for (const name of this.app.around(i)) {
      const g = this.members.get(name);
      if (g) this.open(g);
    }
    this.resize();
    this.home();
    this.app.refresh(this);
    const g = this.seen(i);
    if (!g) return null;
    if (this.large) { const { x, y } = this.centre(g); this.lookAt(x, y); }
    return g;
  }

  // Move the focus to the next box, up or down the order of evaluation.
  focusNext(g, by) {
    const order = [...this.members.values()].filter(one => one.getClientRects().length);
    const rank = one => this.app.inside(one.dataset.m) + (/^b/.test(one.dataset.m) ? 1e9 : 0);
    order.sort((a, b) => rank(a) - rank(b));
    const next = order[order.indexOf(g) + by];
    if (!next) return;
    g.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus({ preventScroll: true });
  }

  // Histograms of the present numbers, drawn as picture_graph.py draws them.
  histograms() {
    for (const [name, g] of this.members) {
      const bars = [...g.querySelectorAll(":scope > .bar")];
      if (!bars.length || !this.app.facts.computes) continue;
      const data = this.app.facts.machine.values[+name.replace(/\D+/, "")].data.filter(Number.isFinite);
      let low = Math.min(...data), high = Math.max(...data);
      if (!(high > low)) { low -= 0.5; high += 0.5; }
      const counts = bars.map(() => 0);
      for (const x of data) counts[Math.min(bars.length - 1, Math.floor((x - low) / (high - low) * bars.length))]++;
      const most = Math.max(1, ...counts);
      bars.forEach((bar, i) => {
        const foot = +bar.getAttribute("y") + +bar.getAttribute("height");
        const tall = counts[i] ? Math.max(1, BAR * counts[i] / most) : 0.6;
        bar.setAttribute("height", tall);
        bar.setAttribute("y", foot - tall);
      });
    }
  }

  clear() {
    for (const g of this.lit) g.classList.remove("lit");
    this.lit = [];
  }

  light(g) { if (g) { g.classList.add("lit"); this.lit.push(g); } }

  // The edge from a vertex to its consumer; `back`: also the one of the lower half.
  lightEdge(from, to, k, back = false) {
    const a = this.seen(from), b = this.seen(to);
    if (!a || !b) return;
    const light = (x, y) => {
      const found = (this.links.get(`${x} ${y}`) ?? []).filter(g => !g.dataset.saved && +(g.dataset.k ?? k) === k);
      for (const g of found) this.light(g);
      return found.length;
    };
    const [x, y] = [a.dataset.m, b.dataset.m];
    if (back) light(`b${x}`, `b${y}`);
    if (light(x, y)) return;
    light(`i${from}`, y);
    light(x, `o${from}`);
  }
}
