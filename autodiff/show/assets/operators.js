"use strict";
// The elementwise rows of the table for real numbers: the value, and the partial derivative in each
// argument as a function of (value, ...arguments); null where it is zero everywhere.

const one = () => 1;
const half = (more, same) => (more ? 1 : same ? 0.5 : 0);
const logistic = x => x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
const sech2 = x => { const e = Math.exp(-2 * Math.abs(x)); return 4 * e / (1 + e) ** 2; };
const share = (x, y) => x === y ? 0.5 : logistic(x - y);
const ratio = (x, z) => z === 0 ? 0 : x / z;
const truth = test => ({ value: (...a) => +Boolean(test(...a)), partials: [null, null] });
const flat = value => ({ value, partials: [null, null] });

// Series of e^(x x) erf x for small x, continued fraction of erfc for large x:
// M. Abramowitz and I. Stegun 1964, formulas 7.1.6 and 7.1.14.
function erf(x) {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  if (size < 2.5) {
    let term = x, sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) sum += term *= 2 * x * x / (2 * n + 1);
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }
  if (size > 6) return Math.sign(x);
  let tail = 0;
  for (let n = 120; n > 0; n--) tail = n / 2 / (size + tail);
  return Math.sign(x) * (1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / (size + tail));
}

// 1 - erf x without cancellation: by the same continued fraction wherever it converges.
function erfc(x) {
  if (!(x > 1)) return 1 - erf(x);
  let tail = 0;
  for (let n = 400; n > 0; n--) tail = n / 2 / (x + tail);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + tail);
}

const bell = x => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);

function rint(x) {
  const low = Math.floor(x), rest = x - low;
  return rest < 0.5 ? low : rest > 0.5 ? low + 1 : low % 2 ? low + 1 : low;
}

const remainder = (x, y) => { const r = x % y; return r !== 0 && (r < 0) !== (y < 0) ? r + y : r; };

const OPERATORS = {
  add: { value: (x, y) => x + y, partials: [one, one] },
  subtract: { value: (x, y) => x - y, partials: [one, () => -1] },
  multiply: { value: (x, y) => x * y, partials: [(z, x, y) => y, (z, x) => x] },
  divide: { value: (x, y) => x / y, partials: [(z, x, y) => 1 / y, (z, x, y) => -z / y] },
  power: {
    value: (x, y) => x ** y,
    partials: [
      (z, x, y) => y === 0 ? 0 : y * x ** (y - 1),
      (z, x, y) => z === 0 || (x === 0 && y === 0) ? 0 : z * Math.log(x),
    ],
  },
  remainder: { value: remainder, partials: [one, (z, x, y) => -Math.floor(x / y)] },
  negative: { value: x => -x, partials: [() => -1] },
  positive: { value: x => x, partials: [one] },
  reciprocal: { value: x => 1 / x, partials: [y => -y * y] },
  absolute: { value: Math.abs, partials: [(y, x) => Math.sign(x)] },
  square: { value: x => x * x, partials: [(y, x) => 2 * x] },
  sqrt: { value: Math.sqrt, partials: [y => 0.5 / y] },
  cbrt: { value: Math.cbrt, partials: [y => 1 / (3 * y * y)] },
  hypot: { value: (x, y) => Math.hypot(x, y), partials: [(z, x) => ratio(x, z), (z, x, y) => ratio(y, z)] },

  exp: { value: Math.exp, partials: [y => y] },
  exp2: { value: x => 2 ** x, partials: [y => Math.LN2 * y] },
  expm1: { value: Math.expm1, partials: [(y, x) => Math.exp(x)] },
  log: { value: Math.log, partials: [(y, x) => 1 / x] },
  log2: { value: Math.log2, partials: [(y, x) => 1 / (Math.LN2 * x)] },
  log10: { value: Math.log10, partials: [(y, x) => 1 / (Math.LN10 * x)] },
  log1p: { value: Math.log1p, partials: [(y, x) => 1 / (1 + x)] },
  logaddexp: {
    value: (x, y) => x === y ? x + Math.LN2 : Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y))),
    partials: [(z, x, y) => share(x, y), (z, x, y) => share(y, x)],
  },
  sigmoid: { value: logistic, partials: [(y, x) => 0.25 * sech2(0.5 * x)] },
  softplus: {
    value: x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    partials: [(y, x) => logistic(x)],
  },
  relu: { value: x => Math.max(x, 0), partials: [y => y > 0 ? 1 : 0] },

  sin: { value: Math.sin, partials: [(y, x) => Math.cos(x)] },
  cos: { value: Math.cos, partials: [(y, x) => -Math.sin(x)] },
  tan: { value: Math.tan, partials: [y => 1 + y * y] },
  asin: { value: Math.asin, partials: [(y, x) => 1 / Math.sqrt((1 - x) * (1 + x))] },
  acos: { value: Math.acos, partials: [(y, x) => -1 / Math.sqrt((1 - x) * (1 + x))] },
  atan: { value: Math.atan, partials: [(y, x) => 1 / (1 + x * x)] },
  atan2: {
    value: Math.atan2,
    partials: [
      (z, x, y) => { const r = Math.hypot(x, y); return y / r / r; },
      (z, x, y) => { const r = Math.hypot(x, y); return -x / r / r; },
    ],
  },
  sinh: { value: Math.sinh, partials: [(y, x) => Math.cosh(x)] },
  cosh: { value: Math.cosh, partials: [(y, x) => Math.sinh(x)] },
  tanh: { value: Math.tanh, partials: [(y, x) => sech2(x)] },
  sech2: { value: sech2, partials: [(y, x) => -2 * y * Math.tanh(x)] },
  asinh: { value: Math.asinh, partials: [(y, x) => 1 / Math.hypot(x, 1)] },
  acosh: { value: Math.acosh, partials: [(y, x) => 1 / (Math.sqrt(x - 1) * Math.sqrt(x + 1))] },
  atanh: { value: Math.atanh, partials: [(y, x) => 1 / ((1 - x) * (1 + x))] },
  erf: { value: erf, partials: [(y, x) => 2 / Math.sqrt(Math.PI) * Math.exp(-x * x)] },
  erfc: { value: erfc, partials: [(y, x) => -2 / Math.sqrt(Math.PI) * Math.exp(-x * x)] },
  ndtr: { value: x => 0.5 * erfc(-x * Math.SQRT1_2), partials: [(y, x) => bell(x)] },
  normal_density: { value: bell, partials: [(y, x) => -x * y] },
  logit: { value: x => Math.log(x / (1 - x)), partials: [(y, x) => 1 / (x * (1 - x))] },
  log_expit: {
    value: x => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
    partials: [(y, x) => logistic(-x)],
  },
  exp10: { value: x => 10 ** x, partials: [y => Math.LN10 * y] },
  degrees: { value: x => x * (180 / Math.PI), partials: [() => 180 / Math.PI] },
  radians: { value: x => x * (Math.PI / 180), partials: [() => Math.PI / 180] },
  xlogy: { value: (x, y) => x === 0 ? 0 : x * Math.log(y), partials: [(z, x, y) => Math.log(y), (z, x, y) => x / y] },
  xlog1py: {
    value: (x, y) => x === 0 ? 0 : x * Math.log1p(y),
    partials: [(z, x, y) => Math.log1p(y), (z, x, y) => x / (1 + y)],
  },
  entr: { value: x => x === 0 ? 0 : x < 0 ? -Infinity : -x * Math.log(x), partials: [(y, x) => -Math.log(x) - 1] },
  fmax: {
    value: Math.max,
    partials: [(z, x, y) => half(x > y, x === y), (z, x, y) => half(y > x, x === y)],
  },
  fmin: {
    value: Math.min,
    partials: [(z, x, y) => half(x < y, x === y), (z, x, y) => half(y < x, x === y)],
  },
  trunc: flat(Math.trunc),
  bell: { value: x => Math.exp(-x * x), partials: [(y, x) => -2 * y * x] },

  maximum: {
    value: Math.max,
    partials: [(z, x, y) => half(x > y, x === y), (z, x, y) => half(y > x, x === y)],
  },
  minimum: {
    value: Math.min,
    partials: [(z, x, y) => half(x < y, x === y), (z, x, y) => half(y < x, x === y)],
  },
  choose: { value: (c, x, y) => c ? x : y, partials: [null, (z, c) => c ? 1 : 0, (z, c) => c ? 0 : 1] },
  limit: {
    value: (x, low, high) => Math.min(Math.max(x, low), high),
    partials: [
      (z, x, low, high) => x < low || x > high ? 0 : 1,
      (z, x, low, high) => x < low && low <= high ? 1 : 0,
      (z, x, low, high) => x > high || low > high ? 1 : 0,
    ],
  },
  equal: truth((x, y) => x === y), not_equal: truth((x, y) => x !== y),
  less: truth((x, y) => x < y), less_equal: truth((x, y) => x <= y),
  greater: truth((x, y) => x > y), greater_equal: truth((x, y) => x >= y),
  logical_and: truth((x, y) => x && y), logical_or: truth((x, y) => x || y),
  logical_xor: truth((x, y) => !x !== !y), logical_not: truth(x => !x),
  isnan: truth(Number.isNaN), isfinite: truth(Number.isFinite),
  isinf: truth(x => x === Infinity || x === -Infinity),
  ones_like: flat(() => 1), zeros_like: flat(() => 0), stop_gradient: flat(x => x),
  floor: flat(Math.floor), ceil: flat(Math.ceil), rint: flat(rint), real_sign: flat(Math.sign),
  floor_divide: flat((x, y) => Math.floor(x / y)),
  real_part: { value: x => x, partials: [one] }, conjugate: { value: x => x, partials: [one] },
};
