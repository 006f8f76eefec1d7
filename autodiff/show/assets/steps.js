"use strict";
// The order in which numbers appear, and what is known at each position of it.

// The rows of the tables that belong to a step.
function rowsOf({ kind, vertex, to, input }) {
  return { value: [`primal:${vertex}`], seed: ["seed"], pull: [`adjoint:${to}:${vertex}:${input}`],
    push: [`primal:${vertex}`, `tangent:${vertex}`] }[kind];
}

class Timeline {
  constructor(run, view) {
    this.run = run;
    this.view = view;
    this.steps = [];
    this.known = new Array(run.vertices.length).fill(-1);
    this.heard = new Map();
    if (view === "forward") this.forward();
    else this.reverse();
    this.position = this.steps.length - 1;
    this.places = new Map();
    this.steps.forEach((step, i) => { for (const key of rowsOf(step)) this.places.set(key, i); });
  }

  // The number of the step that a row of the tables belongs to.
  index(key) { return this.places.get(key) ?? -1; }

  add(step) { this.steps.push(step); return this.steps.length - 1; }

  forward() {
    for (const i of this.run.forward) this.known[i] = this.add({ kind: "push", vertex: i });
  }

  reverse() {
    for (const v of this.run.vertices) this.known[v.id] = this.add({ kind: "value", vertex: v.id });
    this.seeded = this.add({ kind: "seed", vertex: this.run.output });
    for (const { vertex, edges } of this.run.backward) {
      for (const { to, input } of edges) {
        const at = this.add({ kind: "pull", vertex, to, input });
        if (!this.heard.has(to)) this.heard.set(to, []);
        this.heard.get(to).push({ at, from: vertex, input });
      }
    }
  }

  hasValue(i) { return this.known[i] <= this.position; }

  // What an adjoint has heard so far, and whether that is all.
  contributions(i) {
    const all = this.heard.get(i) ?? [];
    const now = all.filter(part => part.at <= this.position);
    const seed = i === this.run.output;
    return { now, whole: now.length === all.length && (!seed || this.seeded <= this.position), seed, all };
  }

  // The steps between two positions, whose marks change.
  between(before, after) {
    return this.steps.slice(Math.min(before, after) + 1, Math.max(before, after) + 1);
  }
}

class Player {
  constructor(app) {
    this.app = app;
    this.timer = null;
    this.speed = 1;
  }

  get playing() { return this.timer !== null; }

  toggle() { if (this.playing) this.stop(); else this.start(); }

  start() {
    const { timeline } = this.app;
    if (timeline.position >= timeline.steps.length - 1) this.app.go(-1);
    this.timer = setInterval(() => {
      if (this.app.timeline.position >= this.app.timeline.steps.length - 1) this.stop();
      else this.app.go(this.app.timeline.position + 1);
    }, 1100 / this.speed);
    this.app.marked();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.app.marked();
  }

  faster(speed) {
    this.speed = speed;
    if (this.playing) { clearInterval(this.timer); this.start(); }
  }
}
