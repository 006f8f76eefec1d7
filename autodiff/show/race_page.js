"use strict";
const { words, contests } = JSON.parse(document.getElementById("race-data").textContent);
const at = (id) => document.getElementById(id);
const off = new Set();
const dark = matchMedia("(prefers-color-scheme: dark)");
const SECONDS = 12; // of a whole race at normal speed
let now = 0, step = 0, playing = false, before = 0, ground = null;

const contest = () => contests[now];
const longest = () => Math.max(...contest().runs.map((run) => run.f.length)) - 1;
const upTo = (run) => Math.min(Math.floor(step), run.f.length - 1);
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const colour = (run) => run.colours[dark.matches ? 1 : 0];

function number(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e4 || size < 1e-3 ? value.toExponential(2) : value.toPrecision(4);
  return text.replace(/-/g, "−");
}

/* As many decimals as a place on the map can be told apart by. */
function coordinate(value) {
  const [left, right] = contest().frame;
  const decimals = Math.min(Math.max(2 - Math.floor(Math.log10(right - left)), 0), 9);
  return value.toFixed(decimals).replace(/^-(0\.?0*)$/, "$1").replace("-", "−");
}

function prepared(canvas) {
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const { width, height } = canvas.getBoundingClientRect();
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { pen, width, height, ratio };
}

/* The map: bilinear between the cells, in bands whose edges are drawn. */
function paintGround(width, height, ratio) {
  const { cells, map } = contest();
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [w, h];
  const pen = canvas.getContext("2d"), image = pen.createImageData(w, h);
  const [low, high, empty] = ["--low", "--high", "--void"].map((n) => style(n).split(",").map(Number));
  const bands = 16, glow = dark.matches ? 16 : 15.6, pixels = image.data;
  const shades = [...Array(bands + 1).keys()].map((k) =>
    low.map((c, n) => c + (high[n] - c) * Math.min(k / (bands - 1), 1)));
  for (let j = 0; j < h; j++) {
    const v = (1 - j / Math.max(h - 1, 1)) * (cells - 1), r = Math.min(Math.floor(v), cells - 2), b = v - r;
    for (let i = 0; i < w; i++) {
      const u = (i / Math.max(w - 1, 1)) * (cells - 1), c = Math.min(Math.floor(u), cells - 2), a = u - c;
      const k = r * cells + c, p = map[k], q = map[k + 1], s = map[k + cells], t = map[k + cells + 1];
      const place = 4 * (j * w + i);
      let rgb = empty, near = 0;
      if (p >= 0 && q >= 0 && s >= 0 && t >= 0) {
        const level = ((p * (1 - a) + q * a) * (1 - b) + (s * (1 - a) + t * a) * b) * (bands / 999);
        const across = (q - p + t - s) / 2, up = (s - p + t - q) / 2;
        const slope = Math.sqrt(across * across + up * up) * (bands / 999) * (cells / w) * ratio * 0.7;
        const band = Math.floor(level), rest = level - band;
        rgb = shades[band];
        near = slope > 1e-6 ? glow * Math.max(0, 1 - Math.min(rest, 1 - rest) / slope) : 0;
      }
      pixels[place] = rgb[0] + near; pixels[place + 1] = rgb[1] + near;
      pixels[place + 2] = rgb[2] + near; pixels[place + 3] = 255;
    }
  }
  pen.putImageData(image, 0, 0);
  return { canvas, now, dark: dark.matches };
}

function star(pen, x, y, r) {
  pen.beginPath();
  for (let i = 0; i < 10; i++) {
    const a = Math.PI * (i / 5 - 0.5), d = i % 2 ? r * 0.45 : r;
    pen.lineTo(x + d * Math.cos(a), y + d * Math.sin(a));
  }
  pen.closePath();
  pen.fillStyle = style("--star"); pen.fill();
  pen.lineWidth = 1.2; pen.strokeStyle = "#17202b"; pen.stroke();
}

function ticks(low, high, wanted) {
  const rough = (high - low) / wanted, power = 10 ** Math.floor(Math.log10(rough));
  const every = power * [1, 2, 5, 10].find((n) => n * power >= rough);
  const found = [];
  for (let k = Math.ceil(low / every); k * every <= high; k++) found.push(Number((k * every).toPrecision(12)));
  return found;
}

function drawTicks(pen, width, height, [left, right, bottom, top], x, y) {
  pen.font = "11px " + getComputedStyle(document.body).fontFamily;
  pen.fillStyle = style("--soft");
  pen.textAlign = "center"; pen.textBaseline = "alphabetic";
  for (const v of ticks(left, right, 6)) {
    if (x(v) > 34 && x(v) < width - 14) pen.fillText(String(v).replace("-", "−"), x(v), height - 6);
  }
  pen.textAlign = "left"; pen.textBaseline = "middle";
  for (const v of ticks(bottom, top, 6)) {
    if (y(v) > 10 && y(v) < height - 22) pen.fillText(String(v).replace("-", "−"), 6, y(v));
  }
}

function drawMap() {
  const { pen, width, height, ratio } = prepared(at("map"));
  if (!width) return;
  const stale = !ground || ground.now !== now || ground.dark !== dark.matches ||
    ground.canvas.width !== Math.round(width * ratio) || ground.canvas.height !== Math.round(height * ratio);
  if (stale) ground = paintGround(width, height, ratio);
  pen.drawImage(ground.canvas, 0, 0, width, height);
  const { frame: [left, right, bottom, top], start, minima, runs } = contest();
  const x = (v) => (v - left) / (right - left) * width, y = (v) => (top - v) / (top - bottom) * height;
  drawTicks(pen, width, height, [left, right, bottom, top], x, y);
  for (const place of minima) star(pen, x(place[0]), y(place[1]), 13);
  pen.beginPath(); pen.arc(x(start[0]), y(start[1]), 7, 0, 7);
  pen.lineWidth = 2; pen.strokeStyle = style("--ink"); pen.stroke();
  pen.lineJoin = pen.lineCap = "round";
  const shown = runs.filter((run) => !off.has(run.method));
  for (const [line, paint] of [[4.6, () => style("--halo")], [2.4, colour]]) {
    for (const run of shown) {
      pen.beginPath();
      for (let i = 0; i <= upTo(run); i++) pen.lineTo(x(run.x[i]), y(run.y[i]));
      pen.lineWidth = line; pen.globalAlpha = line > 3 ? 0.55 : 1; pen.strokeStyle = paint(run); pen.stroke();
    }
  }
  pen.globalAlpha = 1;
  for (const run of shown) {
    const i = upTo(run);
    pen.beginPath(); pen.arc(x(run.x[i]), y(run.y[i]), 5.5, 0, 7);
    pen.fillStyle = colour(run); pen.fill();
    pen.lineWidth = 1.6; pen.strokeStyle = style("--halo"); pen.stroke();
  }
}

function drawCurves() {
  const { pen, width, height } = prepared(at("curves"));
  if (!width) return;
  pen.clearRect(0, 0, width, height);
  const { runs, lowest } = contest(), last = Math.max(longest(), 1), least = 1e-12;
  const above = (run, i) => Math.log10(Math.max(run.f[i] - lowest, least));
  let high = -Infinity, low = Infinity;
  for (const run of runs) for (let i = 0; i < run.f.length; i++) {
    const v = above(run, i);
    high = Math.max(high, v); low = Math.min(low, v);
  }
  [low, high] = [Math.floor(Math.max(low, high - 14)), Math.ceil(high + 1e-9)];
  const margin = { left: 38, right: 8, top: 6, bottom: 20 };
  const x = (i) => margin.left + i / last * (width - margin.left - margin.right);
  const y = (v) => margin.top + (high - Math.max(v, low)) / Math.max(high - low, 1) * (height - margin.top - margin.bottom);
  pen.font = "11px " + getComputedStyle(document.body).fontFamily;
  pen.lineWidth = 1; pen.textBaseline = "middle"; pen.textAlign = "right";
  const every = Math.max(1, Math.ceil((high - low) / 6));
  for (let v = low; v <= high; v += every) {
    pen.strokeStyle = style("--rule"); pen.beginPath(); pen.moveTo(margin.left, y(v)); pen.lineTo(width - margin.right, y(v)); pen.stroke();
    pen.fillStyle = style("--soft");
    pen.fillText("10" + String(v).replace(/./g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] || "⁻"), margin.left - 5, y(v));
  }
  pen.textBaseline = "alphabetic"; pen.textAlign = "left"; pen.fillText("0", margin.left, height - 5);
  pen.textAlign = "right"; pen.fillText(String(last), width - margin.right, height - 5);
  pen.save(); pen.beginPath(); pen.rect(margin.left, 0, width, height - margin.bottom + 3); pen.clip();
  for (const run of runs) {
    if (off.has(run.method)) continue;
    for (const [alpha, end] of [[0.22, run.f.length - 1], [1, upTo(run)]]) {
      pen.beginPath();
      for (let i = 0; i <= end; i++) pen.lineTo(x(i), y(above(run, i)));
      pen.globalAlpha = alpha; pen.lineWidth = 1.8; pen.strokeStyle = colour(run); pen.stroke();
    }
  }
  pen.restore(); pen.globalAlpha = 1;
  pen.strokeStyle = style("--soft"); pen.setLineDash([3, 3]); pen.lineWidth = 1;
  pen.beginPath(); pen.moveTo(x(step), margin.top); pen.lineTo(x(step), height - margin.bottom); pen.stroke();
  pen.setLineDash([]);
}

function drawNumbers() {
  for (const run of contest().runs) {
    const row = document.querySelector(`tr[data-method="${run.method}"]`), i = upTo(run);
    row.classList.toggle("off", off.has(run.method));
    row.querySelector("input").checked = !off.has(run.method);
    row.querySelector("input").style.setProperty("--c", colour(run));
    row.querySelector(".loss").textContent = number(run.f[i]);
    const ended = run.end && i === run.f.length - 1;
    row.querySelector(".place").textContent = ended && run.end === "ran away" ? words["ran away"]
      : `${coordinate(run.x[i])}, ${coordinate(run.y[i])}`;
    row.title = ended ? words[run.end] : "";
  }
  const whole = Math.floor(step);
  at("slider").max = longest(); at("slider").value = whole;
  at("counter").innerHTML = `${words.step} <b>${whole}</b> / ${longest()}`;
  at("play").innerHTML = `<svg viewBox="0 0 16 16" width="14" height="14" fill="currentColor" aria-hidden="true"><path d="${
    playing ? "M3 2h4v12H3zM9 2h4v12H9z" : "M3 1v14l11-7z"}"/></svg>${playing ? words.pause : words.play}`;
}

function draw() { drawMap(); drawCurves(); drawNumbers(); }

function go(to) { step = Math.min(Math.max(to, 0), longest()); draw(); }

function play(wanted) {
  playing = wanted;
  if (playing && step >= longest()) step = 0;
  before = performance.now();
  draw();
  if (playing) requestAnimationFrame(tick);
}

function tick(time) {
  if (!playing) return;
  /* Slow at first, where the paths part; a race of any length takes as long. */
  const share = step / Math.max(longest(), 1), rate = (0.25 + 1.5 * share) * longest() / SECONDS;
  step = Math.min(step + Math.max(time - before, 0) / 1000 * rate * Number(at("speed").value), longest());
  before = time;
  if (step >= longest()) playing = false;
  draw();
  if (playing) requestAnimationFrame(tick);
}

function choose(number) {
  now = number; step = 0;
  const { formula, title, note, runs, variables } = contest();
  at("formula").textContent = formula === title && contests.length > 1 ? "" : `f(${variables.join(", ")}) = ${formula}`;
  at("note").textContent = note;
  at("pair").textContent = `${variables.join(", ")}`;
  at("legend").replaceChildren(...runs.map((run) => {
    const row = document.createElement("tr");
    row.dataset.method = run.method;
    row.innerHTML = '<td><label><input type="checkbox"><span></span><small></small></label></td><td class="loss"></td><td class="place"></td>';
    row.querySelector("span").textContent = run.label;
    row.querySelector("small").textContent = (run.method === "newton_cg" ? "Δ " : "η ") + run.rate;
    row.querySelector("input").addEventListener("change", () => toggle(run.method));
    return row;
  }));
  draw();
}

function toggle(method) {
  if (!off.delete(method)) off.add(method);
  draw();
}

contests.forEach((each, i) => {
  const tab = document.createElement("label");
  tab.innerHTML = '<input type="radio" name="course"><span></span>';
  tab.querySelector("span").textContent = each.title;
  tab.querySelector("input").checked = i === 0;
  tab.querySelector("input").addEventListener("change", () => { const on = playing; choose(i); if (on) play(true); });
  at("tabs").append(tab);
});
at("tabs").hidden = contests.length < 2;
at("play").addEventListener("click", () => play(!playing));
at("restart").addEventListener("click", () => go(0));
at("back").addEventListener("click", () => { playing = false; go(Math.floor(step) - 1); });
at("forward").addEventListener("click", () => { playing = false; go(Math.floor(step) + 1); });
at("slider").addEventListener("input", (event) => { playing = false; go(Number(event.target.value)); });
at("all").addEventListener("click", () => { off.clear(); draw(); });
at("none").addEventListener("click", () => { contest().runs.forEach((run) => off.add(run.method)); draw(); });
addEventListener("keydown", (event) => {
  const inside = event.target.closest("input[type=range], input[type=radio], select");
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const digit = "1234567890".indexOf(event.key), run = contest().runs[digit];
  const jump = { ArrowLeft: () => Math.floor(step) - 1, ArrowRight: () => Math.floor(step) + 1, Home: () => 0, End: longest }[event.key];
  if (event.key === " " && !event.target.closest("button, input, select")) play(!playing);
  else if (jump && !inside) { playing = false; go(jump()); }
  else if (digit >= 0 && event.key.length === 1 && run && !event.target.closest("select")) toggle(run.method);
  else return;
  event.preventDefault();
});
addEventListener("resize", draw);
dark.addEventListener("change", draw);
choose(0);
document.body.dataset.ready = "yes";
if (!matchMedia("(prefers-reduced-motion: reduce)").matches) play(true);
