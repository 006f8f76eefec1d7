"use strict";
// The page: one run, what is shown of it, and everything that a reader can do.

class App {
  constructor(run, words) {
    Object.assign(this, { run, words, bound: new Map(), lang: run.lang });
    this.facts = new Facts(run);
    this.names = run.names;
    this.paths = new Map();
    this.gather(run.clusters, []);
    this.timelines = {};
    this.view = run.mode === "forward" ? "forward" : "reverse";
    this.timeline = this.timelineOf(this.view);
    this.player = new Player(this);
    this.bind([...document.querySelectorAll("[data-n]")].filter(e => !e.closest("svg.moves")));
    this.drawings = [...document.querySelectorAll("svg.moves")].map(svg => new Drawing(this, svg));
    this.current = [];
    this.traces = [...document.querySelectorAll("[data-trace]")].map(section => new Trace(this, section));
  }

  timelineOf(view) { return this.timelines[view] ??= new Timeline(this.run, view); }

  gather(members, around) {
    for (const m of members) {
      if (typeof m === "number") this.paths.set(m, around);
      else this.gather(m.members, [...around, m.id]);
    }
  }

  // The first vertex of what a box stands for: "v3", "bv3" or "c0".
  inside(name) {
    const number = /v(\d+)$/.exec(name);
    if (number) return +number[1];
    const cluster = name.replace(/^b/, "");
    for (const [i, around] of this.paths) if (around.includes(cluster)) return i;
    return Infinity;
  }

  // The clusters around a vertex, from the outermost.
  around(i) { return this.paths.get(i) ?? []; }

  word(key, values = {}) {
    const text = this.words[key]?.[this.lang === "zh" ? 1 : 0] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  name(i) { return this.names[i]; }

  spelt(formula) {
    const by = this.facts.byName ??= new Map(this.run.vertices.map(v => [v.name, v.id]));
    return formula.replace(/v-?\d+(?!\w)/g, name => by.has(name) ? this.name(by.get(name)) : name);
  }

  // ---------------------------------------------------------------- numbers

  bind(elements) {
    for (const element of elements) {
      const key = element.dataset.n;
      if (!this.bound.has(key)) this.bound.set(key, []);
      this.bound.get(key).push(element);
    }
  }

  unbind(part) {
    for (const element of part.querySelectorAll("[data-n]")) {
      const list = this.bound.get(element.dataset.n) ?? [];
      this.bound.set(element.dataset.n, list.filter(other => other !== element));
    }
  }

  // What stands where "kind:vertex:position" is written.
  say(key) {
    const [kind, ...rest] = key.split(":"), [i, k, input] = rest.map(Number), { facts } = this;
    switch (kind) {
      case "value": case "tangent": case "adjoint": return minus(facts.text(kind, i));
      case "partial": return minus(facts.partial(i, k));
      case "flow": return facts.flow(i, k);
      case "heard": return facts.computes ? minus(this.heardUpTo(i, k, input)) : null;
      case "times": return facts.computes ? `= ${this.timesText(i, k, input)}` : null;
      case "sub": return facts.computes ? `= ${minus(facts.substituted(this.run.vertices[i].formula ?? ""))}` : null;
      case "push": return facts.computes ? `= ${minus(facts.substituted(this.run.pushes?.[i] ?? ""))}` : null;
      default: return null;
    }
  }

  // `∂e/∂b = 2 + 3 = 5`, as far as the sweep has come.
  slope(i, view = this.view) {
    const { run, facts } = this, timeline = this.timelineOf(view);
    const from = run.wrt.index === null ? "" : `[${run.wrt.index.join(", ")}]`;
    if (view === "forward") {
      const symbol = `∂${this.name(i)}/∂${this.name(run.wrt.vertex)}${from}`;
      const text = minus(facts.text("tangent", i));
      return text === UNKNOWN ? symbol : `${symbol} = ${timeline.hasValue(i) ? text : "…"}`;
    }
    const symbol = `∂${this.name(run.output)}/∂${this.name(i)}`;
    const { now, whole, seed, all } = timeline.contributions(i);
    const parts = now.map(part => facts.amount(i, part.from, part.input));
    if (seed && timeline.seeded <= timeline.position) parts.unshift("1");
    if (facts.text("adjoint", i) === UNKNOWN) return symbol;
    if (!whole) return `${symbol} = ${parts.length ? sumText(parts) + " + …" : "…"}`;
    const total = minus(facts.text("adjoint", i));
    if (!all.length && !seed) return `${symbol} = ${timeline.position >= timeline.seeded ? total : "…"}`;
    return parts.length > 1 && facts.scalar(i) ? `${symbol} = ${sumText(parts)} = ${total}` : `${symbol} = ${total}`;
  }

  // The adjoint of a vertex when one of its consumers has spoken.
  heardUpTo(to, from, input) {
    const parts = [];
    for (const part of this.timelineOf("reverse").heard.get(to) ?? []) {
      parts.push(this.facts.machine.amounts?.get(`${to} ${part.from} ${part.input}`));
      if (part.from === from && part.input === input) break;
    }
    return valueText(parts.filter(Boolean).reduce(plus), this.facts.vertex(to).dtype);
  }

  // `1 + 2 × 3`: what was heard before, and the new contribution.
  timesText(to, from, input) {
    const list = this.timelineOf("reverse").heard.get(to) ?? [];
    const at = list.findIndex(part => part.from === from && part.input === input);
    const before = at > 0 ? `${this.heardUpTo(to, list[at - 1].from, list[at - 1].input)} + ` : "";
    const factors = [this.facts.text("adjoint", from), this.facts.partial(from, input)];
    return minus(before) + factors.map(factorText).join(" × ");
  }

  // Write every number anew.
  renew() {
    for (const [key, elements] of this.bound) {
      const kind = key.split(":")[0];
      if (kind === "slope" || kind === "pull" || !elements.length) continue;
      const text = this.say(key);
      if (text === null) continue;
      for (const element of elements) this.put(element, text);
    }
    for (const trace of this.traces) trace.renew();
    for (const drawing of this.drawings) drawing.histograms();
    for (const panel of this.panels ?? []) panel.old = true;
    this.showPanels();
    this.slopes();
  }

  // Write the section that is seen, or all of them, if its numbers are old.
  showPanels(all = false) {
    for (const panel of this.panels ?? []) {
      if (panel.old === false || !(all || panel.root.parentElement.classList.contains("chosen"))) continue;
      panel.renew();
      panel.old = false;
    }
  }

  put(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  // Write derivatives in boxes: "slope" of the present mode, "pull" of reverse mode.
  slopes(vertices = null) {
    if (vertices !== null) {
      for (const i of vertices) for (const kind of ["slope", "pull"]) this.writeSlope(kind, i);
    } else for (const key of this.bound.keys()) {
      const [kind, i] = key.split(":");
      if (kind === "slope" || kind === "pull") this.writeSlope(kind, +i);
    }
  }

  writeSlope(kind, i) {
    const elements = this.bound.get(`${kind}:${i}`) ?? [];
    if (!elements.length) return;
    const view = kind === "pull" ? "reverse" : this.view, text = asSpans(this.slope(i, view));
    for (const element of elements) {
      element.innerHTML = text;
      element.classList.toggle("forward", view === "forward");
      element.classList.toggle("reverse", view === "reverse");
    }
  }

  // ---------------------------------------------------------------- steps

  go(position) {
    const { timeline } = this, before = timeline.position;
    timeline.position = Math.max(-1, Math.min(timeline.steps.length - 1, position));
    const touched = new Set();
    for (const step of timeline.between(before, timeline.position)) {
      touched.add(step.vertex);
      if (step.to !== undefined) touched.add(step.to);
      this.reach(step, timeline.position > before);
    }
    this.slopes(touched);
    this.marked();
  }

  // Show or hide what a step finds out.
  reach(step, known) {
    if (step.kind === "value" || step.kind === "push") {
      for (const drawing of this.drawings) drawing.members.get(`v${step.vertex}`)?.classList.toggle("waiting", !known);
    }
    if (step.kind === "pull") {
      for (const drawing of this.drawings) {
        for (const g of drawing.links.get(`bv${step.to} bv${step.vertex}`) ?? []) {
          if (+g.dataset.k === step.input) g.classList.toggle("waiting", !known);
        }
      }
    }
    const lower = step.kind === "pull" ? step.to : step.kind === "seed" ? step.vertex : null;
    if (lower !== null) {
      const some = this.timeline.contributions(lower).now.length || (lower === this.run.output && known);
      for (const drawing of this.drawings) drawing.members.get(`bv${lower}`)?.classList.toggle("waiting", !some);
    }
  }

  // What is waiting in a drawing whose clusters have opened or closed.
  refresh(drawing) {
    for (const [name, g] of drawing.members) {
      if (/^v/.test(name)) g.classList.toggle("waiting", !this.timeline.hasValue(+name.slice(1)));
      if (/^bv/.test(name)) {
        const i = +name.slice(2), { now, whole } = this.timeline.contributions(i);
        g.classList.toggle("waiting", !now.length && !whole);
      }
    }
    this.renew();
    this.marked();
  }

  // Light the current step, in the graphs and in the tables.
  marked() {
    const { timeline } = this, step = timeline.steps[timeline.position];
    const finished = timeline.position >= timeline.steps.length - 1 && !this.player.playing;
    this.current = step && !finished ? rowsOf(step) : [];
    for (const trace of this.traces) {
      for (const key of this.current) trace.follow(key);
      trace.show();
    }
    for (const drawing of this.drawings) {
      drawing.clear();
      if (step && !finished) this.light(drawing, step);
      drawing.follow();
      this.release(drawing);
    }
    this.controls?.show(step, finished);
  }

  light(drawing, step) {
    const { run } = this;
    if (step.kind === "pull") {
      drawing.light(drawing.seen(step.to));
      for (const i of [step.to, step.vertex]) drawing.light(drawing.members.get(`bv${i}`));
      drawing.lightEdge(step.to, step.vertex, step.input, true);
      return;
    }
    drawing.light(drawing.seen(step.vertex));
    if (step.kind === "seed") drawing.light(drawing.members.get(`bv${step.vertex}`));
    else run.vertices[step.vertex].inputs.forEach((e, k) => {
      if (e.vertex !== null) drawing.lightEdge(e.vertex, step.vertex, k);
    });
  }

  // Without retain_graph what was saved is let go when its rule has run.
  release(drawing) {
    const keep = document.getElementById("retain")?.checked ?? true;
    const ran = new Set();
    if (!keep && this.view === "reverse") {
      for (const step of this.timeline.steps.slice(0, this.timeline.position + 1)) if (step.kind === "pull") ran.add(step.vertex);
    }
    for (const g of drawing.svg.querySelectorAll("[data-saved]")) g.classList.toggle("gone", ran.has(+g.dataset.saved));
  }

  watch(view) {
    const end = this.timeline.position >= this.timeline.steps.length - 1;
    this.player.stop();
    this.view = view;
    for (const drawing of this.drawings) {
      for (const g of [...drawing.members.values(), ...[...drawing.links.values()].flat()]) g.classList.remove("waiting");
    }
    for (const timeline of Object.values(this.timelines)) timeline.position = timeline.steps.length - 1;
    this.timeline = this.timelineOf(view);
    document.body.dataset.view = view;
    if (!end) this.go(-1);
    this.slopes();
    this.marked();
  }
}
