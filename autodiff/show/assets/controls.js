"use strict";
// What a reader can press, turn and write into.

const KEYS = { ArrowRight: 1, ArrowLeft: -1 };
// What keeps all keys for itself, and what only those that press it or choose in it.
const WRITTEN = "input:not([type=radio], [type=checkbox]), select, textarea";
const OWN = { "button, summary, a, [type=checkbox]": [" ", "Enter"], "[type=radio]": [" ", "ArrowLeft", "ArrowRight"] };

class Controls {
  constructor(app) {
    this.app = app;
    const at = id => document.getElementById(id);
    this.at = at;
    at("first").onclick = () => this.jump(-1);
    at("back").onclick = () => this.jump(app.timeline.position - 1);
    at("play").onclick = () => app.player.toggle();
    at("step").onclick = () => this.jump(app.timeline.position + 1);
    at("last").onclick = () => this.jump(Infinity);
    at("position").oninput = event => this.jump(+event.target.value);
    at("speed").onchange = event => app.player.faster(+event.target.value);
    at("compact").onchange = event => app.drawings.find(d => d.opens).arrange(event.target.checked);
    at("retain").onchange = () => app.marked();
    at("theme").onclick = () => this.turnTheme();
    at("print").onclick = () => window.print();
    at("language").onchange = event => this.speak(event.target.value);
    for (const radio of document.querySelectorAll("[name=view]")) {
      radio.checked = radio.value === app.view;
      radio.onchange = () => { app.watch(radio.value); this.chooseWrt(); };
    }
    this.startingPoints();
    document.addEventListener("keydown", event => this.key(event));
  }

  jump(position) { this.app.player.stop(); this.app.go(position); }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const g = event.target.closest?.("[data-m]");
    if (g && (event.key === "Enter" || event.key === " ") && /^c/.test(g.dataset.m)) {
      event.preventDefault();
      this.app.drawings.find(d => d.svg.contains(g)).toggle(g);
      return;
    }
    if (g && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      this.app.drawings.find(d => d.svg.contains(g)).focusNext(g, event.key === "ArrowUp" ? 1 : -1);
      return;
    }
    if (event.target.closest?.(WRITTEN)) return;
    if (Object.entries(OWN).some(([own, keys]) => event.target.closest?.(own) && keys.includes(event.key))) return;
    const actions = {
      ArrowRight: () => this.jump(this.app.timeline.position + 1),
      ArrowLeft: () => this.jump(this.app.timeline.position - 1),
      " ": () => this.app.player.toggle(), Home: () => this.jump(-1), End: () => this.jump(Infinity),
      "/": () => this.at("search").focus(),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }

  // The inputs, and elements of inputs, where forward mode can start.
  startingPoints() {
    const { app } = this, { run } = app, select = this.at("wrt");
    const choices = [];
    for (const i of run.inputs) {
      const { shape } = run.vertices[i];
      if (!shape.length || run.wrt.index === null) choices.push({ vertex: i, index: null });
      if (!shape.length || sizeOf(shape) > 24) continue;
      for (let k = 0; k < sizeOf(shape); k++) choices.push({ vertex: i, index: indexAt(k, shape) });
    }
    if (!choices.some(c => same(c, run.wrt))) choices.unshift({ vertex: run.wrt.vertex, index: run.wrt.index });
    select.innerHTML = choices.map((c, i) => `<option value="${i}">${escaped(app.name(c.vertex) + (c.index ? `[${c.index.join(", ")}]` : ""))}</option>`).join("");
    select.value = choices.findIndex(c => same(c, run.wrt));
    select.disabled = !app.facts.computes;
    select.onchange = () => { app.facts.choose(choices[select.value]); app.renew(); app.marked(); };
    this.chooseWrt();
  }

  chooseWrt() { this.at("from").hidden = this.app.view !== "forward"; this.at("keep").hidden = this.app.view !== "reverse"; }

  // The sentence on the current step, and the state of the buttons.
  show(step, finished) {
    const { app } = this, { timeline } = app;
    this.at("narration").innerHTML = finished || !step ? escaped(app.word(step ? "done" : "start")) : this.tell(step);
    this.at("position").max = timeline.steps.length - 1;
    this.at("position").value = timeline.position;
    this.at("count").textContent = `${timeline.position + 1} / ${timeline.steps.length}`;
    this.at("back").disabled = this.at("first").disabled = timeline.position < 0;
    this.at("step").disabled = this.at("last").disabled = timeline.position >= timeline.steps.length - 1;
    const playing = app.player.playing, label = app.word(playing ? "pause" : "play");
    this.at("play").setAttribute("aria-label", label);
    this.at("play").title = label;
    this.at("play").classList.toggle("playing", playing);
  }

  tell(step) {
    const { app } = this, { facts, run } = app, v = run.vertices[step.vertex];
    const say = (key, values) => Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value),
      escaped(app.word(key)));
    const name = asHtml(app.name(step.vertex));
    const formula = () => {
      const numbers = facts.substituted(v.formula ?? "");
      const value = facts.text("value", v.id);
      return [name, asHtml(app.spelt(v.formula ?? "")), v.shape.length ? "" : escaped(minus(numbers)), escaped(minus(value))]
        .filter((part, i, all) => part && part !== all[i - 1]).join(" = ");
    };
    const bad = facts.computes && facts.machine.values[v.id].data.some(x => !Number.isFinite(x))
      ? " " + say("not finite", { name, operator: escaped(v.op) }) : "";
    if (step.kind === "value") {
      return (v.op === "input" ? `${say("given", { name })} ${name} = ${escaped(minus(facts.text("value", v.id)))}`
        : `${say("computed", { name })} ${formula()}`) + bad;
    }
    if (step.kind === "seed") return say("seeded", { formula: asHtml(app.slope(v.id)) });
    if (step.kind === "push") return say("pushed", { name, formula: `${v.formula && v.op !== "input" ? formula() : `${name} = ${escaped(minus(facts.text("value", v.id)))}`}, ${asHtml(app.slope(v.id))}` }) + bad;
    const list = app.timeline.heard.get(step.to), first = list[0].from === step.vertex && list[0].input === step.input;
    const adjoint = asHtml(`∂${app.name(run.output)}/∂${app.name(step.vertex)}`);
    const symbol = asHtml(`∂${app.name(step.vertex)}/∂${app.name(step.to)}`);
    return say(first ? "heard first" : "heard again", { from: name, to: asHtml(app.name(step.to)),
      formula: `${adjoint} · ${symbol} = ${escaped(facts.flow(step.vertex, step.input))}` });
  }

  turnTheme() {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  }

  speak(lang) {
    const { app } = this;
    app.lang = lang;
    document.documentElement.lang = lang === "zh" ? "zh-Hans" : "en";
    this.at("language").value = lang;
    const scenes = [...document.querySelectorAll("template[data-scene]")].map(t => t.content);
    for (const root of [document, ...scenes]) {
      for (const element of root.querySelectorAll("[data-w]")) element.textContent = app.word(element.dataset.w);
      for (const element of root.querySelectorAll("[data-zh]")) element.textContent = element.dataset[lang];
      for (const element of root.querySelectorAll("[data-label]")) {
        element.setAttribute("aria-label", app.word(element.dataset.label));
        if (element.tagName === "BUTTON") element.title = app.word(element.dataset.label);
        if (element.placeholder !== undefined) element.placeholder = app.word(element.dataset.label);
      }
    }
    app.inputs.said();
    for (const panel of app.panels) panel.old = true;
    app.showPanels();
    app.marked();
  }
}

const indexAt = (k, shape) => shape.map((_, axis) => Math.floor(k / sizeOf(shape.slice(axis + 1))) % shape[axis]);
const same = (a, b) => a.vertex === b.vertex && String(a.index) === String(b.index) && (a.index === null) === (b.index === null);

const MOST_FIELDS = 24;  // of one input

// Sliders and boxes of the inputs.
class Inputs {
  constructor(app) {
    Object.assign(this, { app, root: document.getElementById("sliders"), fields: [] });
    const { run, facts } = app;
    if (facts.computes) for (const i of run.inputs) {
      const { data, shape } = facts.machine.given[i];
      const name = run.vertices[i].label || app.name(i);
      data.slice(0, MOST_FIELDS).forEach((x, k) => this.field(i, k, x, shape.length ? `${name}[${indexAt(k, shape).join(", ")}]` : name));
    }
    document.getElementById("reset").onclick = () => {
      facts.restore();
      for (const field of this.fields) for (const part of [field.slider, field.box]) part.value = field.start;
      this.written();
    };
    document.getElementById("reset").hidden = !facts.computes;
    this.said();
  }

  field(i, k, x, name) {
    const row = document.createElement("div"), reach = Math.max(2, 2 * Math.abs(x)), id = `in-${i}-${k}`;
    row.className = "field";
    row.innerHTML = `<label for="${id}">${asHtml(name)}</label><input type="range" id="${id}" min="${x - reach}" max="${x + reach}" step="any" value="${x}"><input type="number" step="any" value="${x}" aria-label="${escaped(name)}">`;
    const [slider, box] = row.querySelectorAll("input");
    const take = (from, to) => {
      const value = from.valueAsNumber;
      if (Number.isNaN(value)) return;
      to.value = from === slider ? +value.toPrecision(4) : value;
      this.app.facts.set(i, k, from === slider ? +value.toPrecision(4) : value);
      this.written();
    };
    slider.oninput = () => take(slider, box);
    box.oninput = () => take(box, slider);
    this.fields.push({ slider, box, start: x });
    this.root.append(row);
  }

  written() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => { this.app.renew(); this.app.marked(); this.said(); });
  }

  // Sentences on what cannot be computed, or where it is not finite.
  said() {
    const { app } = this, { facts } = app, note = document.getElementById("input-note");
    const name = i => app.name(i);
    let text = "";
    if (facts.missing) {
      const key = facts.missing.operator ? "cannot" : facts.missing.array ? "cannot array" : "cannot agree";
      text = app.word(key, { ...facts.missing, name: facts.missing.value });
    } else {
      const bad = app.run.vertices.find(v => facts.machine.values[v.id].data.some(x => !Number.isFinite(x)));
      if (bad) text = app.word("not finite", { name: name(bad.id), operator: bad.op });
      else if (facts.changed && app.run.branched) text = app.word("another branch");
    }
    note.textContent = text;
    note.hidden = !text;
  }
}

// Search for variables by name, operator, formula or line of the program.
class Search {
  constructor(app) {
    Object.assign(this, { app, box: document.getElementById("search"), list: document.getElementById("found") });
    this.texts = app.run.vertices.map(v => [app.name(v.id), v.name, v.op, v.formula ?? "", v.line?.code ?? ""].join(" ").toLowerCase());
    this.box.oninput = () => this.look();
    this.box.onkeydown = event => {
      if (event.key === "Enter") this.list.querySelector("button")?.click();
      if (event.key === "Escape") { this.box.value = ""; this.look(); this.box.blur(); }
    };
    this.list.onclick = event => {
      const i = event.target.closest("button")?.dataset.vertex;
      if (i !== undefined) this.go(+i);
    };
  }

  look() {
    const wanted = this.box.value.trim().toLowerCase(), { app } = this;
    const rank = v => [app.name(v.id), v.name].some(n => n.toLowerCase() === wanted) ? 0 : 1;
    const hits = wanted ? app.run.vertices.filter(v => this.texts[v.id].includes(wanted)) : [];
    hits.sort((a, b) => rank(a) - rank(b));
    this.list.innerHTML = hits.slice(0, 12).map(v =>
      `<li><button type="button" data-vertex="${v.id}">${asHtml(app.name(v.id))}${v.formula ? " = " + asHtml(app.spelt(v.formula)) : ""}</button></li>`).join("") ||
      (wanted ? `<li>${escaped(app.word("nothing found"))}</li>` : "");
  }

  go(i) {
    this.list.innerHTML = "";
    this.box.value = "";
    for (const drawing of this.app.drawings) {
      const g = drawing.reveal(i);
      if (!g || !g.getClientRects().length) continue;
      g.classList.add("found");
      setTimeout(() => g.classList.remove("found"), 2500);
      g.focus({ preventScroll: true });
    }
  }
}

// Formula and numbers of what the pointer or the focus is on.
class Tips {
  constructor(app) {
    Object.assign(this, { app, box: document.getElementById("tip") });
    for (const { svg } of app.drawings) {
      for (const name of ["pointerover", "focusin"]) svg.addEventListener(name, event => this.over(event.target));
      for (const name of ["pointerleave", "focusout"]) svg.addEventListener(name, () => { this.box.hidden = true; });
      svg.addEventListener("click", event => {
        const g = event.target.closest("[data-m]");
        if (g && /^c/.test(g.dataset.m) && !svg.dataset.dragged) app.drawings.find(d => d.svg === svg).toggle(g);
      });
    }
    document.addEventListener("keydown", event => { if (event.key === "Escape") this.box.hidden = true; });
  }

  over(target) {
    const g = target.closest?.("[data-m], [data-from]");
    const text = g && (g.dataset.m ? this.member(g.dataset.m) : this.edge(g.dataset));
    this.box.hidden = !text;
    if (!text) return;
    this.box.innerHTML = text;
    const at = (target.closest("path, text") ?? g).getBoundingClientRect(), own = this.box.getBoundingClientRect();
    const x = Math.max(8, Math.min(at.x + at.width / 2 - own.width / 2, innerWidth - own.width - 8));
    const above = at.y - own.height - 8;
    this.box.style.left = `${x + scrollX}px`;
    this.box.style.top = `${(above > 0 ? above : at.bottom + 8) + scrollY}px`;
  }

  member(name) {
    const match = /^b?[vio](\d+)$/.exec(name);
    if (!match) return "";
    const { app } = this, { facts, run } = app, v = run.vertices[+match[1]], lines = [];
    const own = asHtml(app.name(v.id)), value = escaped(minus(facts.text("value", v.id)));
    const formula = v.op === "input" || !v.formula ? "" : ` = ${asHtml(app.spelt(v.formula))}`;
    const numbers = formula && !v.shape.length ? ` = ${escaped(minus(facts.substituted(v.formula)))}` : "";
    lines.push(`<b>${own}</b>${formula}${numbers} = ${value}`);
    if (app.name(v.id) !== v.name) lines.push(`${asHtml(v.name)}`);
    if (v.shape.length) lines.push(`${escaped(v.dtype)} ${v.shape.join("×")}${this.spread(v)}`);
    lines.push(asHtml(app.slope(v.id)));
    v.inputs.forEach((e, k) => { if (e.vertex !== null) lines.push(this.edge({ from: `v${e.vertex}`, to: `v${v.id}`, k })); });
    if (v.line) lines.push(`<code>${escaped(`${v.line.file}:${v.line.line}  ${v.line.code}`)}</code>`);
    return lines.filter(Boolean).map(line => `<div>${line}</div>`).join("");
  }

  spread(v) {
    const found = v.value;
    if (!found || found.min === undefined || found.min === null || this.app.facts.changed) return "";
    return escaped(minus(` · ${numberText(found.min)} … ${numberText(found.max)} · ${this.app.word("mean")} ${numberText(found.mean)}`));
  }

  edge({ from, to, k }) {
    const { app } = this, ends = [from, to].map(name => /^b?v(\d+)$/.exec(name)?.[1]);
    if (ends.includes(undefined) || k === undefined) return "";
    const [a, b] = ends.map(Number), e = app.run.vertices[b].inputs[+k];
    const symbol = asHtml(`∂${app.name(b)}/∂${app.name(a)}`);
    const parts = [symbol, e.cut ? "" : asHtml(app.spelt(e.partial_formula ?? "")), escaped(minus(app.facts.partial(b, +k)))];
    return parts.filter((part, i) => part && part !== parts[i - 1]).join(" = ");
  }
}
