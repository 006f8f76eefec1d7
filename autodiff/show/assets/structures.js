"use strict";
// Rows that are not elementwise: how they are computed again, pushed forward and pulled back.

// A row whose push is known is pulled back by the push of every number of the argument.
const byPush = row => ({
  pull(v, k, g, args) {
    const data = args[k].data.map((_, i) => {
      const t = filled(args[k].shape, 0);
      t.data[i] = 1;
      return row.push(v, k, t, args).data.reduce((sum, x, j) => sum + x * g.data[j], 0);
    });
    return { shape: args[k].shape, data };
  },
  ...row,
});

// Elements that only move: `moves` says for each number of the result the place, counted from 1, of
// where it comes from among the numbers of all arguments; 0 where it is zero.
const placed = {
  fits: v => v.moves,
  value(v, args) {
    const all = args.flatMap(a => a?.data ?? []);
    return { shape: v.shape, data: v.moves.map(code => code ? all[code - 1] : 0) };
  },
  start: (k, args) => args.slice(0, k).reduce((sum, a) => sum + a.data.length, 0),
  push(v, k, t, args) {
    const from = this.start(k, args);
    return { shape: v.shape, data: v.moves.map(code => t.data[code - 1 - from] ?? 0) };
  },
  pull(v, k, g, args) {
    const from = this.start(k, args), found = filled(args[k].shape, 0);
    v.moves.forEach((code, i) => { if (code - 1 - from in found.data) found.data[code - 1 - from] += g.data[i]; });
    return found;
  },
};

// Reductions: of all numbers that go into one, their result and its slopes.
const gathered = (made, slopes) => ({
  groups(v, [x]) {
    const { kept, places: where } = reduction(x, v.params, false), groups = filled(kept, 0).data.map(() => []);
    where.forEach((place, i) => groups[place].push(i));
    return groups;
  },
  value(v, [x]) { return { shape: v.shape, data: this.groups(v, [x]).map(g => made(g.map(i => x.data[i]), v.params)) }; },
  weights(v, [x]) {
    const found = [];
    this.groups(v, [x]).forEach((g, j) => {
      const xs = g.map(i => x.data[i]);
      slopes(xs, made(xs, v.params), v.params).forEach((w, n) => { found[g[n]] = [j, w]; });
    });
    return found;
  },
  push(v, k, t, args) {
    const found = filled(v.shape, 0);
    this.weights(v, args).forEach(([j, w], i) => { found.data[j] += w * t.data[i]; });
    return found;
  },
  pull(v, k, g, args) { return { shape: args[0].shape, data: this.weights(v, args).map(([j, w]) => w * g.data[j]) }; },
});
const still = xs => xs.map(() => 0);
const shared = (xs, y) => { const n = xs.filter(x => x === y).length; return xs.map(x => x === y ? 1 / n : 0); };
const meanOf = xs => xs.reduce((a, b) => a + b, 0) / xs.length;
const varianceOf = (xs, { correction }) => {
  const middle = meanOf(xs);
  return xs.reduce((sum, x) => sum + (x - middle) ** 2, 0) / Math.max(xs.length - +(correction ?? 0), 0);
};
const powerLength = (xs, { order }) => {
  const p = +order, most = Math.max(...xs.map(Math.abs));
  return most === 0 ? 0 : most * xs.reduce((sum, x) => sum + (Math.abs(x) / most) ** p, 0) ** (1 / p);
};
const logSum = xs => { const top = Math.max(...xs); return Number.isFinite(top) ? top + Math.log(xs.reduce((s, x) => s + Math.exp(x - top), 0)) : top; };

// Along one axis: f of the numbers there, a number for each.
function alongAxis(x, axis, f, ...others) {
  const at = x.shape.length + axis, n = x.shape[at], step = sizeOf(x.shape.slice(at + 1)), data = new Array(x.data.length);
  x.data.forEach((_, i) => {
    if (Math.floor(i / step) % n) return;
    const line = a => Array.from({ length: n }, (_, k) => a.data[i + k * step]);
    f(line(x), ...others.map(line)).forEach((y, k) => { data[i + k * step] = y; });
  });
  return { shape: x.shape, data };
}
const sumsSoFar = xs => { let sum = 0; return xs.map(x => sum += x); };
const cumulative = {
  value: (v, [x]) => alongAxis(x, +v.params.axis, sumsSoFar),
  push: (v, k, t) => alongAxis(t, +v.params.axis, sumsSoFar),
  pull: (v, k, g) => alongAxis(g, +v.params.axis, xs => sumsSoFar(xs.slice().reverse()).reverse()),
};
const sharesOf = xs => { const all = logSum(xs); return xs.map(x => Math.exp(x - all)); };
const dotOf = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);
const weighed = (xs, ts) => { const p = sharesOf(xs), middle = dotOf(p, ts); return p.map((w, i) => w * (ts[i] - middle)); };
const softmax = {
  value: (v, [x]) => alongAxis(x, +v.params.axis, sharesOf),
  push: (v, k, t, [x]) => alongAxis(x, +v.params.axis, weighed, t),
  pull: (v, k, g, [x]) => alongAxis(x, +v.params.axis, weighed, g),
};
const logSoftmax = {
  value: (v, [x]) => alongAxis(x, +v.params.axis, xs => { const all = logSum(xs); return xs.map(y => y - all); }),
  push: (v, k, t, [x]) => alongAxis(x, +v.params.axis, (xs, ts) => { const middle = dotOf(sharesOf(xs), ts); return ts.map(y => y - middle); }, t),
  pull: (v, k, g, [x]) => alongAxis(x, +v.params.axis, (xs, gs) => { const whole = gs.reduce((a, b) => a + b, 0); return sharesOf(xs).map((p, i) => gs[i] - p * whole); }, g),
};

// Sums of products of two or more arrays, by letters as in einsum.
const einsum = byPush({
  fits: v => /^[a-z]*(,[a-z]*)*->[a-z]*$/i.test(v.params.subscripts ?? ""),
  value(v, args) {
    const [inside, out] = v.params.subscripts.split("->"), letters = [...new Set(inside.replace(/,/g, "") + out)], sizes = {};
    inside.split(",").forEach((word, k) => [...word].forEach((c, i) => { sizes[c] = Math.max(sizes[c] ?? 1, args[k].shape[i]); }));
    const step = (word, shape) => letters.map(c => [...word].reduce((sum, d, i) => sum + (d === c && shape[i] > 1 ? sizeOf(shape.slice(i + 1)) : 0), 0));
    const words = inside.split(","), steps = words.map((word, k) => step(word, args[k].shape)), end = step(out, v.shape);
    const found = filled(v.shape, 0), spread = letters.map(c => sizes[c]);
    for (let n = sizeOf(spread) - 1; n >= 0; n--) {
      const at = indexAt(n, spread), place = of => of.reduce((sum, s, i) => sum + s * at[i], 0);
      found.data[place(end)] += steps.reduce((product, s, k) => product * args[k].data[place(s)], 1);
    }
    return found;
  },
  push(v, k, t, args) { return this.value(v, args.map((a, i) => i === k ? t : a)); },
});

// Square matrices: elimination with the largest pivot.
function eliminated(a, b, n) {
  const m = a.data.slice(), x = b.data.slice(), columns = x.length / n;
  let det = 1;
  for (let c = 0; c < n; c++) {
    let best = c;
    for (let r = c; r < n; r++) if (Math.abs(m[r * n + c]) > Math.abs(m[best * n + c])) best = r;
    if (best !== c) {
      det = -det;
      for (let k = 0; k < n; k++) [m[c * n + k], m[best * n + k]] = [m[best * n + k], m[c * n + k]];
      for (let k = 0; k < columns; k++) [x[c * columns + k], x[best * columns + k]] = [x[best * columns + k], x[c * columns + k]];
    }
    const pivot = m[c * n + c];
    det *= pivot;
    for (let r = 0; r < n; r++) {
      const factor = r === c ? 0 : m[r * n + c] / pivot;
      if (!factor) continue;
      for (let k = 0; k < n; k++) m[r * n + k] -= factor * m[c * n + k];
      for (let k = 0; k < columns; k++) x[r * columns + k] -= factor * x[c * columns + k];
    }
  }
  for (let c = 0; c < n; c++) for (let k = 0; k < columns; k++) x[c * columns + k] /= m[c * n + c];
  return { det, x: { shape: b.shape, data: x } };
}
const square = x => x.shape.length === 2 && x.shape[0] === x.shape[1];
const unitMatrix = n => ({ shape: [n, n], data: Array.from({ length: n * n }, (_, i) => +(i % (n + 1) === 0)) });
const solved = (a, b) => eliminated(a, b, a.shape[0]).x;
const inverted = a => solved(a, unitMatrix(a.shape[0]));
const determinant = a => eliminated(a, unitMatrix(a.shape[0]), a.shape[0]).det;
const times = (x, y) => product(x, y, [x.shape[0], y.shape[1]]);
const minusOf = x => ({ shape: x.shape, data: x.data.map(y => -y) });
const trace = x => x.data.reduce((sum, y, i) => sum + (i % (x.shape[0] + 1) ? 0 : y), 0);
const flatMatrix = (v, vertices) => v.inputs.every(e => (e.vertex === null ? e.constant : vertices[e.vertex]).shape.length === 2);
const inverse = byPush({
  fits: flatMatrix, value: (v, [a]) => inverted(a),
  push: (v, k, t, [a]) => { const y = inverted(a); return minusOf(times(times(y, t), y)); },
});
const solution = byPush({
  fits: flatMatrix, value: (v, [a, b]) => solved(a, b),
  push: (v, k, t, [a, b]) => k ? solved(a, t) : minusOf(solved(a, product(t, solved(a, b), b.shape))),
});
const determined = byPush({
  fits: flatMatrix, value: (v, [a]) => number(determinant(a)),
  push: (v, k, t, [a]) => number(determinant(a) * trace(solved(a, t))),
});
// The sign of a determinant, part 0, and the logarithm of its size, part 1.
const logDetermined = byPush({
  fits: flatMatrix, parts: true,
  value: (v, [a]) => { const d = determinant(a); return number(v.part ? Math.log(Math.abs(d)) : Math.sign(d)); },
  push: (v, k, t, [a]) => number(v.part ? trace(solved(a, t)) : 0),
});
// l with l lᵀ = a, and its slope l Φ(l⁻¹ ȧ l⁻ᵀ): I. Murray 2016, arXiv:1602.07527.
const choleskyFactor = byPush({
  fits: flatMatrix,
  value(v, [a]) {
    const n = a.shape[0], l = filled(a.shape, 0);
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) {
      let rest = (a.data[i * n + j] + a.data[j * n + i]) / 2;
      for (let k = 0; k < j; k++) rest -= l.data[i * n + k] * l.data[j * n + k];
      l.data[i * n + j] = i === j ? Math.sqrt(rest) : rest / l.data[j * n + j];
    }
    return l;
  },
  push(v, k, t, [a]) {
    const l = this.value(v, [a]), y = inverted(l), n = a.shape[0];
    const even = { shape: t.shape, data: t.data.map((x, i) => (x + t.data[(i % n) * n + Math.floor(i / n)]) / 2) };
    const inner = times(times(y, even), turned(y, n));
    return times(l, { shape: a.shape, data: inner.data.map((x, i) => Math.floor(i / n) > i % n ? x : Math.floor(i / n) === i % n ? x / 2 : 0) });
  },
});

Object.assign(STRUCTURES, {
  largest: gathered(xs => Math.max(...xs), shared), smallest: gathered(xs => Math.min(...xs), shared),
  multiplied: gathered(xs => xs.reduce((a, b) => a * b, 1), xs => xs.map((_, i) => xs.reduce((a, b, j) => i === j ? a : a * b, 1))),
  variance: gathered(varianceOf, (xs, y, { correction }) => { const middle = meanOf(xs); return xs.map(x => 2 * (x - middle) / (xs.length - +(correction ?? 0))); }),
  deviated: gathered((xs, params) => Math.sqrt(varianceOf(xs, params)), (xs, y, { correction }) => {
    const middle = meanOf(xs);
    return xs.map(x => y === 0 ? 0 : (x - middle) / (xs.length - +(correction ?? 0)) / y);
  }),
  log_sum_exp: gathered(logSum, (xs, y) => xs.map(x => Math.exp(x - y))),
  length: gathered(xs => Math.hypot(...xs), (xs, y) => xs.map(x => y === 0 ? 0 : x / y)),
  order_length: gathered(powerLength, (xs, y, { order }) => xs.map(x => y === 0 ? 0 : Math.sign(x) * (Math.abs(x) / y) ** (+order - 1))),
  all_true: gathered(xs => +xs.every(Boolean), still), any_true: gathered(xs => +xs.some(Boolean), still),
  first_largest: gathered(xs => xs.indexOf(Math.max(...xs)), still), first_smallest: gathered(xs => xs.indexOf(Math.min(...xs)), still),
  accumulated: cumulative, shares: softmax, log_shares: logSoftmax, contracted: einsum,
  inverse, solution, determinant: determined, signed_log_determinant: logDetermined, factor: choleskyFactor,
});
for (const name of ["reshaped", "permuted", "expanded", "flipped", "joined", "stacked", "taken", "replaced"]) STRUCTURES[name] = placed;
