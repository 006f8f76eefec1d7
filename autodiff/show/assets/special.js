"use strict";
// Special functions for real numbers, as rows like those of operators.js.  The formulas are those of
// the NIST Digital Library of Mathematical Functions (DLMF), by the number in each comment.

const EULER = 0.5772156649015329, LOG_ROOT_TWO_PI = 0.9189385332046727, ROOT_PI = Math.sqrt(Math.PI);
const BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];

// The integral from a to b by the rule of H. Takahasi and M. Mori 1974: exact to rounding for
// analytic functions, also where they are singular at an end.  f is told x and its distance from a.
const NODES = [];
for (let t = -4.2; t <= 4.2; t += 1 / 24) {
  const u = Math.PI * Math.sinh(t), c = Math.cosh(u / 2);
  NODES.push([1 / (1 + Math.exp(-u)), Math.PI * Math.cosh(t) / (4 * c * c) / 24]);
}
function integral(f, a, b) {
  let sum = 0;
  for (const [at, weight] of NODES) {
    const step = (b - a) * at, y = weight > 0 ? f(a + step, step) : 0;
    if (Number.isFinite(y)) sum += weight * y;
  }
  return sum * (b - a);
}

// DLMF 5.11.1, after steps up to where the series is exact to rounding.
function logGamma(x) {
  if (x <= 0 && x === Math.floor(x)) return Infinity;
  if (x < 0.5) return Math.log(Math.PI / Math.abs(sinpi(x))) - logGamma(1 - x);
  let product = 1;
  for (; x < 14; x++) product *= x;
  let tail = 0;
  for (let k = BERNOULLI.length; k > 0; k--) tail = tail / (x * x) + BERNOULLI[k - 1] / (2 * k * (2 * k - 1));
  return (x - 0.5) * Math.log(x) - x + LOG_ROOT_TWO_PI + tail / x - Math.log(product);
}
const gammaSign = x => x > 0 || Math.floor(x) % 2 === 0 ? 1 : -1;
function gammaOf(x) {
  if (x <= 0 && x === Math.floor(x)) return x === 0 ? Infinity : NaN;
  if (x > 0 && x < 171 && x === Math.floor(x)) { let y = 1; for (let k = 2; k < x; k++) y *= k; return y; }
  return gammaSign(x) * Math.exp(logGamma(x));
}

// DLMF 5.11.2 and 5.15.8: steps up, and there the asymptotic series.
function polygamma(n, x) {
  if (n < 0 || n !== Math.floor(n) || (x <= 0 && x === Math.floor(x))) return NaN;
  let sum = 0, power = 1;
  for (let k = 2; k <= n; k++) power *= k;  // n!
  for (; x < 18 + n; x++) sum += n ? power * x ** -(n + 1) : -1 / x;
  sum += n ? power / n * x ** -n + power / 2 * x ** -(n + 1) : Math.log(x) - 0.5 / x;
  let grown = n ? power / n : 1;  // (2k + n - 1)! / (2k)!, of n = 0 that is 1 / (2k)
  for (let k = 1; k <= BERNOULLI.length; k++) {
    if (n) { grown *= (2 * k + n - 2) * (2 * k + n - 1) / ((2 * k - 1) * 2 * k); sum += BERNOULLI[k - 1] * grown * x ** -(2 * k + n); }
    else sum -= BERNOULLI[k - 1] / (2 * k) * x ** -(2 * k);
  }
  return n && n % 2 === 0 ? -sum : sum;
}
const psi = x => polygamma(0, x);
function sinpi(x) {
  const near = rint(x), y = Math.sin(Math.PI * (x - near));
  return near % 2 ? -y : y;
}
const cospi = x => sinpi(x + 0.5);
const logBeta = (a, b) => logGamma(a) + logGamma(b) - logGamma(a + b);
const betaOf = (a, b) => gammaSign(a) * gammaSign(b) * gammaSign(a + b) * Math.exp(logBeta(a, b));

// DLMF 8.2.4, 8.11.4 (a series of positive terms) and 8.9.2 (a continued fraction).
function gammaTail(a, x) {
  if (x <= 0) return x === 0 ? 1 : NaN;
  const whole = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = whole / a, sum = term;
    for (let n = 1; term > 1e-17 * sum && n < 2000; n++) sum += term *= x / (a + n);
    return 1 - sum;
  }
  let tail = 0;
  for (let n = 300; n > 0; n--) tail = n * (a - n) / (x + 2 * n + 1 - a + tail);
  return whole / (x + 1 - a + tail);
}
function gammaPart(a, x) {
  if (x >= a + 1) return 1 - gammaTail(a, x);
  if (x === 0) return 0;
  let term = Math.exp(a * Math.log(x) - x - logGamma(a)) / a, sum = term;
  for (let n = 1; term > 1e-17 * sum && n < 2000; n++) sum += term *= x / (a + n);
  return sum;
}
const gammaDensity = (a, x) => Math.exp((a - 1) * Math.log(x) - x - logGamma(a));
// The slope of gammaPart in a: the integrand's own slope, with t = x s.
const gammaRate = (a, x) => integral((s, d) => d ** (a - 1) * Math.log(x * d) * Math.exp(-x * d), 0, 1)
  * Math.exp(a * Math.log(x) - logGamma(a)) - psi(a) * gammaPart(a, x);
const betaDensity = (a, b, x) => Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - logBeta(a, b));
const betaSum = (a, b, x, weight) => integral((t, d) => Math.exp((a - 1) * Math.log(d) + (b - 1) * Math.log1p(-d)) * weight(d), 0, x) * Math.exp(-logBeta(a, b));
const betaPart = (a, b, x) => x > a / (a + b) ? 1 - betaSum(b, a, 1 - x, one) : betaSum(a, b, x, one);
const betaRate = (a, b, x) => betaSum(a, b, x, Math.log) - betaPart(a, b, x) * (psi(a) - psi(a + b));
const betaRateOther = (a, b, x) => betaSum(a, b, x, d => Math.log1p(-d)) - betaPart(a, b, x) * (psi(b) - psi(a + b));

// DLMF 10.9.6, 10.9.7, 10.32.4 and 10.32.9.
const reach = x => Math.asinh(750 / x);
const besselJ = (v, x) => {
  const whole = v === Math.floor(v);
  if (x < 0) return whole ? (v % 2 ? -1 : 1) * besselJ(v, -x) : NaN;
  if (x === 0) return v === 0 ? 1 : v > 0 || whole ? 0 : Infinity;
  const turn = integral(t => Math.cos(v * t - x * Math.sin(t)), 0, Math.PI) / Math.PI;
  return whole ? turn : turn - sinpi(v) / Math.PI * integral(t => Math.exp(-x * Math.sinh(t) - v * t), 0, reach(x));
};
const besselY = (v, x) => x <= 0 ? (x === 0 ? -Infinity : NaN) : (integral(t => Math.sin(x * Math.sin(t) - v * t), 0, Math.PI)
  - integral(t => (Math.exp(v * t) + Math.exp(-v * t) * cospi(v)) * Math.exp(-x * Math.sinh(t)), 0, reach(x))) / Math.PI;
// I and K without e^|x| and e^-x, which scaled rows leave out.
const scaledI = (v, x) => {
  const whole = v === Math.floor(v);
  if (x < 0) return whole ? (v % 2 ? -1 : 1) * scaledI(v, -x) : NaN;
  if (x === 0) return v === 0 ? 1 : v > 0 || whole ? 0 : Infinity;
  const turn = integral(t => Math.exp(-2 * x * Math.sin(t / 2) ** 2) * Math.cos(v * t), 0, Math.PI) / Math.PI;
  return whole ? turn : turn - sinpi(v) / Math.PI * integral(t => Math.exp(-x * (Math.cosh(t) + 1) - v * t), 0, reach(x));
};
const scaledK = (v, x) => x <= 0 ? (x === 0 ? Infinity : NaN)
  : integral(t => Math.exp(-2 * x * Math.sinh(t / 2) ** 2) * Math.cosh(v * t), 0, reach(x));
const besselI = (v, x) => Math.exp(Math.abs(x)) * scaledI(v, x), besselK = (v, x) => Math.exp(-x) * scaledK(v, x);
const ratioOr = (y, x, limit) => x === 0 ? limit : y / x;

// DLMF 7.6.1, 7.9.1, 7.2.5 and 7.17.2 (by Newton's method).
const tailFraction = x => { let tail = 0; for (let n = 400; n > 0; n--) tail = n / 2 / (x + tail); return 1 / ROOT_PI / (x + tail); };
const scaledErfc = x => x > 1 ? tailFraction(x) : Math.exp(x * x) * erfc(x);
function imaginaryErf(x) {
  let term = x, sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum) && n < 2000; n++) { term *= x * x / n; sum += term / (2 * n + 1); }
  return 2 / ROOT_PI * sum;
}
const dawson = x => integral(t => Math.exp((t - x) * (t + x)), 0, x);
function inverseErfc(y) {
  if (!(y > 0 && y < 2)) return y === 0 ? Infinity : y === 2 ? -Infinity : NaN;
  if (y > 1) return -inverseErfc(2 - y);
  let x = y > 0.1 ? ROOT_PI / 2 * (1 - y) : Math.sqrt(Math.max(-Math.log(y * ROOT_PI * Math.sqrt(-Math.log(y))), 1));
  for (let n = 0; n < 60; n++) {
    const move = (erfc(x) - y) * ROOT_PI / 2 * Math.exp(x * x), step = move / (1 + x * move);
    x += step;
    if (!(Math.abs(step) > 1e-16 * Math.abs(x))) break;
  }
  return x;
}
function inverseErf(y) {
  if (Math.abs(y) > 0.5) return Math.sign(y) * inverseErfc(1 - Math.abs(y));
  let x = ROOT_PI / 2 * y;
  for (let n = 0; n < 30; n++) x -= (erf(x) - y) * ROOT_PI / 2 * Math.exp(x * x);
  return x;
}
const logNdtr = x => x > -1 ? Math.log1p(-0.5 * erfc(x * Math.SQRT1_2)) : Math.log(0.5 * scaledErfc(-x * Math.SQRT1_2)) - x * x / 2;
const hazard = x => Math.sqrt(2 / Math.PI) / scaledErfc(-x * Math.SQRT1_2);  // of the lower tail
const normalQuantile = p => -Math.SQRT2 * inverseErfc(2 * p);

// DLMF 6.2.1, 6.2.5, 6.2.9, 6.2.10, 25.12.2 (spence: z = 1 - x), 6.6.2, 6.9.1 and 8.19.3.
const sinOver = t => t === 0 ? 1 : Math.sin(t) / t, sinhOver = t => t === 0 ? 1 : Math.sinh(t) / t;
const expiSeries = x => { let term = 1, sum = 0; for (let k = 1; k < 400; k++) { term *= x / k; sum += term / k; } return sum; };
function expOne(x) {
  if (!(x > 0)) return x === 0 ? Infinity : NaN;
  if (x < 1) return -EULER - Math.log(x) - expiSeries(-x);
  let tail = 0;
  for (let n = 400; n > 0; n--) tail = n / (1 + n / (x + tail));
  return Math.exp(-x) / (x + tail);
}
const expIntegral = x => x < 0 ? -expOne(-x) : EULER + Math.log(x) + expiSeries(x);
const expNth = (n, x) => n === 0 ? Math.exp(-x) / x : n === 1 ? expOne(x) : n < 0
  ? (Math.exp(-x) - n * expNth(n + 1, x)) / x : integral((s, d) => Math.exp(-x / d) * d ** (n - 2), 0, 1);
const spence = z => z < 0 ? NaN : z > 0.5 ? integral(u => u === 0 ? -1 : -Math.log1p(u) / u, 0, z - 1)
  : Math.PI ** 2 / 6 - integral((t, d) => -Math.log(d) / (1 - d), 0, z);
function exprel(x) { return x === 0 ? 1 : Math.expm1(x) / x; }
const exprelRate = x => integral(t => t * Math.exp(x * t), 0, 1);
// DLMF 25.11.5 with ten terms written out, and the corrections 25.11.28.
function zeta(x, q) {
  let sum = 0;
  for (let k = 0; k < 12; k++) sum += (q + k) ** -x;
  const a = q + 12;
  sum += a ** (1 - x) / (x - 1) + 0.5 * a ** -x;
  let term = x * a ** (-x - 1);
  BERNOULLI.forEach((b, i) => {
    const k = i + 1;
    sum += b * term / (k === 1 ? 2 : 1);
    term *= (x + 2 * k - 1) * (x + 2 * k) / ((2 * k + 1) * (2 * k + 2)) / (a * a) / (k === 1 ? 2 : 1);
  });
  return sum;
}
// Its derivative in x, term by term.
function zetaRate(x, q) {
  let sum = 0;
  for (let k = 0; k < 12; k++) sum -= Math.log(q + k) * (q + k) ** -x;
  const a = q + 12, log = Math.log(a);
  sum -= a ** (1 - x) / (x - 1) * (log + 1 / (x - 1)) + 0.5 * log * a ** -x;
  let term = x * a ** (-x - 1), slope = a ** (-x - 1) * (1 - x * log);
  BERNOULLI.forEach((b, i) => {
    const k = i + 1, part = k === 1 ? 2 : 1, u = x + 2 * k - 1;
    sum += b * slope / part;
    const scale = 1 / ((2 * k + 1) * (2 * k + 2)) / (a * a) / part;
    slope = scale * (slope * u * (u + 1) + term * (2 * u + 1));
    term *= scale * u * (u + 1);
  });
  return sum;
}

// DLMF 19.8.5 and 19.8.6.
function means(m1) {
  let a = 1, g = Math.sqrt(m1), sum = (1 - m1) / 2;
  for (let n = 0, two = 1; n < 40 && Math.abs(a - g) > 1e-16 * a; n++, two *= 2) {
    [a, g, sum] = [(a + g) / 2, Math.sqrt(a * g), sum + two * ((a - g) / 2) ** 2];
  }
  return [Math.PI / (2 * a), 1 - sum];
}
const ellipticK = m1 => means(m1)[0], ellipticE = m1 => { const [k, share_] = means(m1); return k * share_; };
const kRate = m => Math.abs(m) < 1e-4 ? Math.PI / 8 * (1 + 9 / 8 * m) : (ellipticE(1 - m) - (1 - m) * ellipticK(1 - m)) / (2 * m * (1 - m));
const eRate = m => Math.abs(m) < 1e-4 ? -Math.PI / 8 * (1 + 3 / 8 * m) : (ellipticE(1 - m) - ellipticK(1 - m)) / (2 * m);

const boxcoxOf = (x, l, logarithm) => l === 0 ? logarithm : Math.expm1(l * logarithm) / l;
const boxcoxRate = (y, l, logarithm) => Math.abs(l * logarithm) < 1e-5 ? logarithm ** 2 * (0.5 + l * logarithm / 3)
  : (Math.exp(l * logarithm) * logarithm - y) / l;
const unboxed = (y, l) => l === 0 ? y : Math.log1p(l * y) / l;  // its logarithm
const unboxedRate = (y, l) => Math.abs(l * y) < 1e-5 ? -y * y * (0.5 - 2 / 3 * l * y) : (y / (1 + l * y) - Math.log1p(l * y) / l) / l;
const degree = Math.PI / 180;
const omega = x => { let w = x > 1 ? x - Math.log(x) : Math.exp(x - Math.exp(Math.min(x, 0)) * 0.5);
  for (let n = 0; n < 60; n++) w = w > 0 ? w * (1 + x - Math.log(w)) / (1 + w) : Math.exp(x); return w; };

const gammaOver = (n, k) => 1 / ((n + 1) * betaOf(n - k + 1, k + 1));
Object.assign(OPERATORS, {
  gamma: { value: gammaOf, partials: [(y, x) => y * psi(x)] },
  gammaln: { value: logGamma, partials: [(y, x) => psi(x)] },
  loggamma: { value: x => x > 0 ? logGamma(x) : NaN, partials: [(y, x) => psi(x)] },
  gammasgn: flat(gammaSign),
  rgamma: {
    value: x => x <= 0 && x === Math.floor(x) ? 0 : 1 / gammaOf(x),
    partials: [(y, x) => x <= 0 && x === Math.floor(x) ? (x % 2 ? -1 : 1) * gammaOf(1 - x) : -y * psi(x)],
  },
  psi: { value: psi, partials: [(y, x) => polygamma(1, x)] },
  polygamma: { value: polygamma, partials: [null, (y, n, x) => polygamma(n + 1, x)] },
  digamma_gap: {
    value: (x, y) => psi(x + y) - psi(x),
    partials: [(z, x, y) => polygamma(1, x + y) - polygamma(1, x), (z, x, y) => polygamma(1, x + y)],
  },
  poch: {
    value: (x, m) => gammaOf(x + m) / gammaOf(x),
    partials: [(y, x, m) => y * (psi(x + m) - psi(x)), (y, x, m) => y * psi(x + m)],
  },
  beta: { value: betaOf, partials: [(y, a, b) => y * (psi(a) - psi(a + b)), (y, a, b) => y * (psi(b) - psi(a + b))] },
  betaln: { value: logBeta, partials: [(y, a, b) => psi(a) - psi(a + b), (y, a, b) => psi(b) - psi(a + b)] },
  binom: {
    value: gammaOver,
    partials: [(y, n, k) => y * (psi(n + 1) - psi(n - k + 1)), (y, n, k) => y * (psi(n - k + 1) - psi(k + 1))],
  },
  sinpi: { value: sinpi, partials: [(y, x) => Math.PI * cospi(x)] },
  cospi: { value: cospi, partials: [(y, x) => -Math.PI * sinpi(x)] },
  gamma_density: {
    value: gammaDensity,
    partials: [(y, a, x) => y * (Math.log(x) - psi(a)), (y, a, x) => y * ((a - 1) / x - 1)],
  },
  gammainc: { value: gammaPart, partials: [(y, a, x) => gammaRate(a, x), (y, a, x) => gammaDensity(a, x)] },
  gammaincc: { value: gammaTail, partials: [(y, a, x) => -gammaRate(a, x), (y, a, x) => -gammaDensity(a, x)] },
  beta_density: {
    value: betaDensity,
    partials: [
      (y, a, b, x) => y * (Math.log(x) - psi(a) + psi(a + b)), (y, a, b, x) => y * (Math.log1p(-x) - psi(b) + psi(a + b)),
      (y, a, b, x) => y * ((a - 1) / x - (b - 1) / (1 - x)),
    ],
  },
  betainc: {
    value: betaPart,
    partials: [(y, a, b, x) => betaRate(a, b, x), (y, a, b, x) => betaRateOther(a, b, x), (y, a, b, x) => betaDensity(a, b, x)],
  },
  betaincc: {
    value: (a, b, x) => 1 - betaPart(a, b, x),
    partials: [(y, a, b, x) => -betaRate(a, b, x), (y, a, b, x) => -betaRateOther(a, b, x), (y, a, b, x) => -betaDensity(a, b, x)],
  },

  j0: { value: x => besselJ(0, x), partials: [(y, x) => -besselJ(1, x)] },
  j1: { value: x => besselJ(1, x), partials: [(y, x) => besselJ(0, x) - ratioOr(y, x, 0.5)] },
  y0: { value: x => besselY(0, x), partials: [(y, x) => -besselY(1, x)] },
  y1: { value: x => besselY(1, x), partials: [(y, x) => besselY(0, x) - y / x] },
  i0: { value: x => besselI(0, x), partials: [(y, x) => besselI(1, x)] },
  i1: { value: x => besselI(1, x), partials: [(y, x) => besselI(0, x) - ratioOr(y, x, 0.5)] },
  k0: { value: x => besselK(0, x), partials: [(y, x) => -besselK(1, x)] },
  k1: { value: x => besselK(1, x), partials: [(y, x) => -besselK(0, x) - y / x] },
  i0e: { value: x => scaledI(0, x), partials: [(y, x) => scaledI(1, x) - Math.sign(x) * y] },
  i1e: { value: x => scaledI(1, x), partials: [(y, x) => scaledI(0, x) - Math.sign(x) * y - ratioOr(y, x, 0.5)] },
  k0e: { value: x => scaledK(0, x), partials: [(y, x) => y - scaledK(1, x)] },
  k1e: { value: x => scaledK(1, x), partials: [(y, x) => y * (1 - 1 / x) - scaledK(0, x)] },
  jv: { value: besselJ, partials: [null, (y, v, x) => (besselJ(v - 1, x) - besselJ(v + 1, x)) / 2] },
  yv: { value: besselY, partials: [null, (y, v, x) => (besselY(v - 1, x) - besselY(v + 1, x)) / 2] },
  iv: { value: besselI, partials: [null, (y, v, x) => (besselI(v - 1, x) + besselI(v + 1, x)) / 2] },
  kv: { value: besselK, partials: [null, (y, v, x) => -(besselK(v - 1, x) + besselK(v + 1, x)) / 2] },
  yn: { value: besselY, partials: [null, (y, v, x) => (besselY(v - 1, x) - besselY(v + 1, x)) / 2] },
  kn: { value: besselK, partials: [null, (y, v, x) => -(besselK(v - 1, x) + besselK(v + 1, x)) / 2] },

  swell: { value: x => Math.exp(x * x), partials: [(y, x) => 2 * y * x] },
  erfcx: { value: scaledErfc, partials: [(y, x) => x > 1 ? -integral(t => 2 * t * Math.exp(-t * (t + 2 * x)), 0, 28) * 2 / ROOT_PI : 2 * x * y - 2 / ROOT_PI] },
  erfi: { value: imaginaryErf, partials: [(y, x) => 2 / ROOT_PI * Math.exp(x * x)] },
  dawsn: { value: dawson, partials: [(y, x) => 1 - 2 * x * y] },
  erfinv: { value: inverseErf, partials: [y => ROOT_PI / 2 * Math.exp(y * y)] },
  erfcinv: { value: inverseErfc, partials: [y => -ROOT_PI / 2 * Math.exp(y * y)] },
  log_ndtr: { value: logNdtr, partials: [(y, x) => hazard(x)] },
  ndtri: { value: normalQuantile, partials: [y => 1 / bell(y)] },
  ndtri_exp: { value: y => normalQuantile(Math.exp(y)), partials: [y => 1 / hazard(y)] },
  sine_square: { value: x => Math.sin(Math.PI / 2 * x * x), partials: [(y, x) => Math.PI * x * Math.cos(Math.PI / 2 * x * x)] },
  cosine_square: { value: x => Math.cos(Math.PI / 2 * x * x), partials: [(y, x) => -Math.PI * x * Math.sin(Math.PI / 2 * x * x)] },
  fresnel_s: { value: x => integral(t => Math.sin(Math.PI / 2 * t * t), 0, x), partials: [(y, x) => Math.sin(Math.PI / 2 * x * x)] },
  fresnel_c: { value: x => integral(t => Math.cos(Math.PI / 2 * t * t), 0, x), partials: [(y, x) => Math.cos(Math.PI / 2 * x * x)] },

  exprel: { value: exprel, partials: [(y, x) => exprelRate(x)] },
  cosm1: { value: x => -2 * Math.sin(x / 2) ** 2, partials: [(y, x) => -Math.sin(x)] },
  sindg: { value: x => sinpi(x / 180), partials: [(y, x) => degree * cospi(x / 180)] },
  cosdg: { value: x => cospi(x / 180), partials: [(y, x) => -degree * sinpi(x / 180)] },
  tandg: { value: x => sinpi(x / 180) / cospi(x / 180), partials: [y => degree * (1 + y * y)] },
  cotdg: { value: x => cospi(x / 180) / sinpi(x / 180), partials: [y => -degree * (1 + y * y)] },
  exp1: { value: expOne, partials: [(y, x) => -Math.exp(-x) / x] },
  expi: { value: expIntegral, partials: [(y, x) => Math.exp(x) / x] },
  expn: { value: expNth, partials: [null, (y, n, x) => -expNth(n - 1, x)] },
  si: { value: x => integral(sinOver, 0, x), partials: [(y, x) => sinOver(x)] },
  ci: {
    value: x => EULER + Math.log(x) - integral(t => t === 0 ? 0 : 2 * Math.sin(t / 2) ** 2 / t, 0, x),
    partials: [(y, x) => Math.cos(x) / x],
  },
  shi: { value: x => integral(sinhOver, 0, x), partials: [(y, x) => sinhOver(x)] },
  chi: {
    value: x => EULER + Math.log(x) + integral(t => t === 0 ? 0 : 2 * Math.sinh(t / 2) ** 2 / t, 0, x),
    partials: [(y, x) => Math.cosh(x) / x],
  },
  spence: { value: spence, partials: [(y, x) => x === 1 ? -1 : Math.log(x) / (1 - x)] },
  wrightomega: { value: omega, partials: [y => y / (1 + y)] },
  zeta: { value: zeta, partials: [(y, x, q) => zetaRate(x, q), (y, x, q) => -x * zeta(x + 1, q)] },
  ellipk: { value: m => ellipticK(1 - m), partials: [(y, m) => kRate(m)] },
  ellipkm1: { value: ellipticK, partials: [(y, p) => -kRate(1 - p)] },
  ellipe: { value: m => ellipticE(1 - m), partials: [(y, m) => eRate(m)] },

  rel_entr: { value: (x, y) => x === 0 ? 0 : x * Math.log(x / y), partials: [(z, x, y) => Math.log(x / y) + 1, (z, x, y) => -x / y] },
  kl_div: {
    value: (x, y) => x === 0 ? y : x * Math.log(x / y) - x + y,
    partials: [(z, x, y) => Math.log(x / y), (z, x, y) => 1 - x / y],
  },
  huber: {
    value: (d, r) => Math.abs(r) <= d ? r * r / 2 : d * (Math.abs(r) - d / 2),
    partials: [(y, d, r) => Math.max(Math.abs(r) - d, 0), (y, d, r) => Math.min(Math.max(r, -d), d)],
  },
  pseudo_huber: {
    value: (d, r) => r * r / (1 + Math.hypot(1, r / d)),
    partials: [(y, d, r) => { const s = Math.hypot(1, r / d); return 2 * d * (r / d) ** 2 / (1 + s) - r * r / (d * s); },
      (y, d, r) => r / Math.hypot(1, r / d)],
  },
  boxcox: {
    value: (x, l) => boxcoxOf(x, l, Math.log(x)),
    partials: [(y, x, l) => x ** (l - 1), (y, x, l) => boxcoxRate(y, l, Math.log(x))],
  },
  boxcox1p: {
    value: (x, l) => boxcoxOf(x, l, Math.log1p(x)),
    partials: [(y, x, l) => (1 + x) ** (l - 1), (y, x, l) => boxcoxRate(y, l, Math.log1p(x))],
  },
  inv_boxcox: {
    value: (y, l) => Math.exp(unboxed(y, l)),
    partials: [(z, y, l) => z / (1 + l * y), (z, y, l) => z * unboxedRate(y, l)],
  },
  inv_boxcox1p: {
    value: (y, l) => Math.expm1(unboxed(y, l)),
    partials: [(z, y, l) => (1 + z) / (1 + l * y), (z, y, l) => (1 + z) * unboxedRate(y, l)],
  },
  powm1: {
    value: (x, y) => Math.abs(y * Math.log(x)) < 1 ? Math.expm1(y * Math.log(x)) : x ** y - 1,
    partials: [(z, x, y) => y * x ** (y - 1), (z, x, y) => (z + 1) * Math.log(x)],
  },
});
