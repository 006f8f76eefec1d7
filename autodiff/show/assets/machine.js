"use strict";
// The recorded graph computed again: values, partial derivatives, tangents and adjoints.
// Every value is {shape, data}; a number has the shape [].

const number = x => ({ shape: [], data: [x] });
const sizeOf = shape => shape.reduce((a, b) => a * b, 1);
const filled = (shape, x) => ({ shape, data: new Array(sizeOf(shape)).fill(x) });

// A summary of Python as a value; null where its numbers are not all there.
function fromSummary(found) {
  if (!found) return null;
  const given = found.shape.length ? found.numbers : found.number;
  if (given === undefined) return null;
  const data = [given].flat(Infinity).map(x => typeof x === "boolean" ? +x : x);
  if (!found.shape.length && data[0] === null) data[0] = special(found.text);
  return data.length !== sizeOf(found.shape) || data.includes(null) ? null : { shape: found.shape, data };
}

const special = text => ({ inf: Infinity, "-inf": -Infinity, nan: NaN })[text] ?? null;

function joinedShape(shapes) {
  const length = Math.max(0, ...shapes.map(s => s.length));
  const found = new Array(length).fill(1);
  for (const shape of shapes) {
    shape.forEach((n, i) => { if (n !== 1) found[length - shape.length + i] = n; });
  }
  return found;
}

// For every element of `shape`, which element of a value of shape `own` stands there.
function places(own, shape) {
  const n = sizeOf(shape), found = new Array(n);
  for (let i = 0; i < n; i++) {
    let rest = i, place = 0, step = 1;
    for (let axis = shape.length - 1, mine = own.length - 1; axis >= 0; axis--, mine--) {
      const at = rest % shape[axis];
      rest = (rest - at) / shape[axis];
      if (mine < 0) continue;
      if (own[mine] !== 1) place += at * step;
      step *= own[mine];
    }
    found[i] = place;
  }
  return found;
}

function mapped(f, args, shape = joinedShape(args.map(a => a.shape))) {
  if (!shape.length) return number(f(...args.map(a => a.data[0])));
  const where = args.map(a => places(a.shape, shape));
  const data = new Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = f(...args.map((a, k) => a.data[where[k][i]]));
  return { shape, data };
}

function summedTo(value, shape) {
  if (value.shape.join() === shape.join()) return value;
  const found = filled(shape, 0);
  places(shape, value.shape).forEach((place, i) => { found.data[place] += value.data[i]; });
  return found;
}

const plus = (x, y) => mapped((a, b) => a + b, [x, y]);

// Sums and means over axes: a matrix of ones or of 1/n, never written out.
function reduction(x, params, mean) {
  const rank = x.shape.length;
  const axes = !params.axes || params.axes === "None" ? null : params.axes.match(/-?\d+/g).map(Number);
  const kept = x.shape.map((n, i) => !axes || axes.includes(i - rank) ? 1 : n);
  const scale = mean ? sizeOf(kept) / x.data.length : 1;
  return { kept, scale, places: places(kept, x.shape) };
}

const reduced = mean => ({
  value(v, [x]) {
    const { kept, scale, places: where } = reduction(x, v.params, mean);
    const data = new Array(sizeOf(kept)).fill(0);
    where.forEach((place, i) => { data[place] += x.data[i] * scale; });
    return { shape: v.shape, data };
  },
  push(v, k, t) { return this.value(v, [t]); },
  pull(v, k, g, [x]) {
    const { scale, places: where } = reduction(x, v.params, mean);
    return { shape: x.shape, data: where.map(place => g.data[place] * scale) };
  },
});

// x @ y for vectors and matrices without leading axes.
function product(x, y, shape) {
  const inner = x.shape.at(-1), rows = x.data.length / inner, columns = y.data.length / inner;
  const data = [];
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) {
    let sum = 0;
    for (let l = 0; l < inner; l++) sum += x.data[i * inner + l] * y.data[l * columns + j];
    data.push(sum);
  }
  return { shape, data };
}

function turned(x, columns) {
  const rows = x.data.length / columns;
  return { shape: [columns, rows], data: x.data.map((_, i) => x.data[(i % rows) * columns + Math.floor(i / rows)]) };
}

const multiplied = {
  fits: v => v.shape.length <= 2,
  value: (v, [x, y]) => product(x, y, v.shape),
  push: (v, k, t, [x, y]) => k ? product(x, t, v.shape) : product(t, y, v.shape),
  pull(v, k, g, [x, y]) {
    const inner = x.shape.at(-1), columns = y.data.length / inner, rows = x.data.length / inner;
    const as = { shape: [rows, columns], data: g.data };
    return k ? product(turned(x, inner), as, y.shape) : product(as, turned(y, columns), x.shape);
  },
};

const STRUCTURES = {
  summed: reduced(false), reduced_mean: reduced(true),
  matrix_product: multiplied, matrix_vector: multiplied, inner_product: multiplied,
};

class Machine {
  constructor(run) {
    this.run = run;
    this.vertices = run.vertices;
    this.constants = run.vertices.map(v => v.inputs.map(e => e.vertex === null ? fromSummary(e.constant) : null));
    this.given = run.vertices.map(v => fromSummary(v.value));
    this.missing = this.whatIsMissing();
    if (!this.missing) this.compute();
  }

  // Why inputs cannot be changed: {operator} or {array} that the page cannot compute with.
  whatIsMissing() {
    for (const v of this.vertices) {
      if (v.op === "input" || v.op === "constant") {
        if (!this.given[v.id] || v.dtype.startsWith("complex")) return { array: v.label || v.name };
        continue;
      }
      if (!v.moves && v.inputs.some((e, k) => e.vertex === null && !this.constants[v.id][k])) return { operator: v.op };
      const row = STRUCTURES[v.op], several = v.part !== null && v.part !== undefined;
      if (!OPERATORS[v.op] && !(row && (!row.fits || row.fits(v, this.vertices)))) return { operator: v.op };
      if (several && !row?.parts) return { operator: v.op };
    }
    return null;
  }

  arguments(v, values = this.values) {
    return v.inputs.map((e, k) => e.vertex === null ? this.constants[v.id][k] : values[e.vertex]);
  }

  // The output when one number of an input is moved by h.
  moved(input, element, h) {
    const values = [];
    for (const v of this.vertices) {
      const row = OPERATORS[v.op], args = this.arguments(v, values);
      const given = v.op === "input" || v.op === "constant";
      values[v.id] = given ? this.given[v.id] : row ? mapped(row.value, args) : STRUCTURES[v.op].value(v, args);
      if (v.id !== input) continue;
      const { shape, data } = values[v.id];
      values[v.id] = { shape, data: data.map((x, k) => k === element ? x + h : x) };
    }
    return values[this.run.output].data[0];
  }

  compute(given = this.given) {
    const n = this.vertices.length;
    this.values = new Array(n);
    this.partials = new Array(n);
    for (const v of this.vertices) {
      if (v.op === "input" || v.op === "constant") { this.values[v.id] = given[v.id]; continue; }
      const args = this.arguments(v), row = OPERATORS[v.op];
      const out = this.values[v.id] = row ? mapped(row.value, args) : STRUCTURES[v.op].value(v, args);
      this.partials[v.id] = row ? v.inputs.map((e, k) => {
        if (e.vertex === null || e.cut || !row.partials[k]) return null;
        return mapped((z, ...a) => row.partials[k](z, ...a), [out, ...args], out.shape);
      }) : this.ofNumbers(v, args);
    }
    this.tangents = this.push(this.run.wrt.vertex, this.run.wrt.index);
    this.pull();
  }

  // The partial derivatives of a row that is not elementwise, where all there is are numbers.
  ofNumbers(v, args) {
    if (v.shape.length || args.some(a => a?.shape.length !== 0)) return undefined;
    return v.inputs.map((e, k) => e.vertex === null || e.cut ? null : STRUCTURES[v.op].push(v, k, number(1), args));
  }

  // Tangents of all vertices for a direction of one input: all ones, or one at an index.
  push(input, index) {
    const { shape } = this.values[input];
    return this.pushed(input, index === null ? filled(shape, 1) : this.unit(input, flatIndex(index, shape)));
  }

  pushed(input, seed) {
    const tangents = new Array(this.vertices.length).fill(null);
    tangents[input] = seed;
    for (const v of this.vertices) {
      v.inputs.forEach((e, k) => {
        const t = e.vertex === null || e.cut ? null : tangents[e.vertex];
        if (!t) return;
        const own = this.partials[v.id];
        if (own && !own[k]) return;
        const part = own ? mapped((p, a) => p * a, [own[k], t], v.shape)
          : STRUCTURES[v.op].push(v, k, t, this.arguments(v));
        tangents[v.id] = tangents[v.id] ? plus(tangents[v.id], part) : part;
      });
    }
    return tangents;
  }

  // Adjoints of all vertices, and what each consumer contributed: {"to from position": amount}.
  pull() { Object.assign(this, this.pulled(this.run.output)); }

  // The same from any vertex and seed; nothing is handed on from the vertices in `fixed`.
  pulled(output, seed = filled(this.values[output].shape, 1), fixed = new Set()) {
    const adjoints = new Array(this.vertices.length).fill(null), amounts = new Map();
    adjoints[output] = seed;
    for (let i = output; i >= 0; i--) {
      const v = this.vertices[i], g = adjoints[i];
      if (!g || fixed.has(i)) continue;
      v.inputs.forEach((e, k) => {
        if (e.vertex === null || e.cut) return;
        const own = this.partials[i];
        if (own && !own[k]) return;
        const amount = own ? summedTo(mapped((p, a) => p * a, [own[k], g]), this.values[e.vertex].shape)
          : STRUCTURES[v.op].pull(v, k, g, this.arguments(v));
        amounts.set(`${e.vertex} ${i} ${k}`, amount);
        const before = adjoints[e.vertex];
        adjoints[e.vertex] = before ? plus(before, amount) : amount;
      });
    }
    return { adjoints, amounts };
  }

  // [vertex, flat index] of all numbers in some vertices.
  elements(vertices) {
    return vertices.flatMap(i => this.values[i].data.map((_, k) => [i, k]));
  }

  unit(i, k) {
    const found = filled(this.values[i].shape, 0);
    found.data[k] = 1;
    return found;
  }

  read(found, vertices) {
    return vertices.flatMap(i => found[i] ? found[i].data : filled(this.values[i].shape, 0).data);
  }

  // Derivatives of some vertices in others: a column for each number, pushed forward.
  columns(targets, sources) {
    return this.elements(sources).map(([i, k]) => this.read(this.pushed(i, this.unit(i, k)), targets));
  }

  // The same, a row for each number, pulled back.
  rows(targets, sources, fixed) {
    return this.elements(targets).map(([i, k]) => this.read(this.pulled(i, this.unit(i, k), fixed).adjoints, sources));
  }
}

const flatIndex = (index, shape) => index.reduce((place, at, axis) => place * shape[axis] + at, 0);
