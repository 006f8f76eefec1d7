"use strict";
// Every number of the page by its key, such as "value:3": from Python, or computed again here.

// The record as Python shortened it, in full: a number stands for its summary.
function unpack(run) {
  const full = x => x === undefined || x === null ? null : typeof x === "object" ? x
    : typeof x === "number" ? { shape: [], number: x, text: numberText(x) }
    : typeof x === "boolean" ? { shape: [], number: +x, text: x ? "True" : "False" }
    : { shape: [], number: null, text: x };
  for (const v of run.vertices) {
    for (const name of ["value", "tangent", "adjoint"]) v[name] = full(v[name]);
    for (const e of v.inputs) {
      e.vertex ??= null;
      e.constant = full(e.constant);
      e.partial = full(e.partial);
    }
    for (const c of v.contributions ?? []) c.amount = full(c.amount);
    for (const name of Object.keys(v.tangents ?? {})) v.tangents[name] = full(v.tangents[name]);
    v.shape ??= [];
    v.params ??= {};
    v.line = run.lines[v.line];
  }
  run.backward = run.backward.map(([vertex, edges]) => ({ vertex, edges: edges.map(([to, input]) => ({ to, input })) }));
}

const UNKNOWN = "·";  // a number of a graph that was not computed

class Facts {
  constructor(run) {
    this.run = run;
    this.machine = new Machine(run);
    this.missing = this.machine.missing ?? this.disagreement();
    this.changed = false;
  }

  get computes() { return !this.missing; }

  // A vertex whose value here is not what Python recorded.
  disagreement() {
    for (const v of this.run.vertices) {
      const there = fromSummary(v.value), here = this.machine.values[v.id];
      const loose = /float(16|32)/.test(v.dtype) ? 1e-2 : 1e-9;
      const apart = there && there.data.some((x, i) => Math.abs(x - here.data[i]) > loose * (1 + Math.abs(x)));
      if (apart) return { value: v.label || v.name };
    }
    return null;
  }

  // Set one element of an input.
  set(i, element, x) {
    const { shape, data } = this.machine.given[i];
    this.machine.given[i] = { shape, data: data.map((old, k) => k === element ? x : old) };
    this.changed = true;
    this.machine.compute();
  }

  restore() {
    this.machine.given = this.run.vertices.map(v => fromSummary(v.value));
    this.machine.compute();
    this.changed = false;
  }

  choose(wrt) {
    this.run.wrt = wrt;
    if (this.computes) this.machine.tangents = this.machine.push(wrt.vertex, wrt.index);
  }

  vertex(i) { return this.run.vertices[i]; }

  // A value, a tangent or an adjoint as text; "" where there is none.
  text(kind, i) {
    const v = this.vertex(i);
    if (this.computes) {
      const found = { value: this.machine.values, tangent: this.machine.tangents, adjoint: this.machine.adjoints }[kind][i];
      if (!found) return kind === "value" ? "" : "0";
      return v.dtype === "bool" && isNumber(found) ? (found.data[0] ? "True" : "False") : valueText(found, v.dtype);
    }
    if (kind === "tangent" && v.tangents && this.run.wrt.index === null) {
      return v.tangents[this.vertex(this.run.wrt.vertex).name]?.text ?? v.tangent?.text ?? "0";
    }
    return v[kind]?.text ?? (kind === "value" || !v.value ? UNKNOWN : "0");
  }

  scalar(i) { return !this.vertex(i).shape.length; }

  partial(i, k) {
    const edge = this.vertex(i).inputs[k];
    if (edge.cut) return "0";
    if (!this.computes || !this.machine.partials[i]) return edge.partial?.text ?? "";
    return valueText(this.machine.partials[i][k], this.vertex(i).dtype);
  }

  amount(to, from, k) {
    if (this.computes) return valueText(this.machine.amounts.get(`${to} ${from} ${k}`), this.vertex(to).dtype);
    const found = this.vertex(to).contributions?.find(c => c.from === from && c.input === k);
    if (found) return found.amount?.text ?? "0";
    const factors = [this.vertex(from).adjoint, this.vertex(from).inputs[k].partial];
    return factors.every(f => f && f.number !== null) ? numberText(factors[0].number * factors[1].number) : "·";
  }

  // `2 · 3 = 6`: an adjoint times a partial derivative.
  flow(from, k) {
    const to = this.vertex(from).inputs[k].vertex, amount = minus(this.amount(to, from, k));
    if (!this.scalar(to) || !this.scalar(from)) return amount;
    return `${minus(this.text("adjoint", from))} · ${factorText(this.partial(from, k))} = ${amount}`;
  }

  // A formula with numbers in the place of v3, v̇3 and v̄3.
  substituted(formula) {
    const by = this.byName ??= new Map(this.run.vertices.map(v => [v.name, v.id]));
    const kinds = { "": "value", "\u0307": "tangent", "\u0304": "adjoint" };
    const shown = formula.replace(/v([\u0307\u0304]?)(-?\d+)(?!\w)/g, (all, mark, digits, at) => {
      const i = by.get(`v${digits}`);
      if (i === undefined) return all;
      const alone = /(^|\(|, )$/.test(formula.slice(0, at)) && /^($|\)|,)/.test(formula.slice(at + all.length));
      return alone ? this.text(kinds[mark], i) : this.text(kinds[mark], i).replace(/^-.*/, "($&)");
    });
    return shown.replace(/ \* /g, " × ");
  }
}
