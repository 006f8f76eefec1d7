"use strict";
// The sections below the graph: paths, Jacobian and costs, ways to the derivative, rewrites, code.

const tag = (name, content, attributes = "") => `<${name}${attributes && " " + attributes}>${content}</${name}>`;
const rowOf = (cells, name = "td") => tag("tr", cells.map(cell => tag(name, cell)).join(""));
const tableOf = (header, rows) => tag("div", tag("table", tag("thead", rowOf(header, "th")) + tag("tbody", rows.join(""))), 'class="scroll wide"');
const shownNumber = x => x === null || x === undefined ? "·" : minus(numberText(x));

class PathsPanel {
  constructor(app, root) { Object.assign(this, { app, root, found: app.run.paths }); }

  renew() {
    const { app, found } = this, parts = [];
    parts.push(tag("p", escaped(app.word("paths say", { paths: found.count, edges: found.edges, products: found.products }))));
    for (const input of found.inputs) {
      const name = asHtml(`∂${app.name(app.run.output)}/∂${app.name(input.vertex)}`);
      if (!input.paths) { parts.push(tag("p", `${name}: ${escaped(app.word("paths number", { count: input.count }))}`)); continue; }
      const sums = input.paths.map(path => this.product(path));
      const rows = input.paths.map((path, i) => tag("tr", [this.route(path), this.factors(path), shownNumber(sums[i])]
        .map(cell => tag("td", cell)).join(""), `data-path="${path.vertices.join(" ")}" data-at="${path.positions.join(" ")}" tabindex="0"`));
      const total = sums.reduce((a, b) => a + b, 0);
      rows.push(tag("tr", `<td>${escaped(app.word("sum"))}</td><td></td><td>${shownNumber(total)}</td>`, 'class="total"'));
      parts.push(tag("h4", `${name} = ${sums.map(shownNumber).join(" + ").replace(/\+ −/g, "− ") || "0"}${sums.length > 1 ? " = " + shownNumber(total) : ""}`));
      parts.push(tableOf(["path", "product", "value"].map(key => escaped(app.word(key))), rows));
    }
    this.root.innerHTML = parts.join("");
  }

  edges(path) { return path.positions.map((k, i) => [path.vertices[i], k, path.vertices[i + 1]]); }

  amounts(path) {
    const { facts } = this.app;
    if (!facts.computes) return path.amounts;
    return this.edges(path).map(([i, k]) => facts.machine.partials[i][k]?.data[0] ?? 0);
  }

  product(path) { return this.amounts(path).reduce((a, b) => a * b, 1); }

  route(path) {
    const { app } = this;
    return this.edges(path).map(([a, , b]) => asHtml(`∂${app.name(a)}/∂${app.name(b)}`)).join(" · ") || "1";
  }

  factors(path) { return this.amounts(path).map(x => factorText(numberText(x))).join(" × ") || "1"; }
}

class JacobianPanel {
  constructor(app, root) {
    Object.assign(this, { app, root, found: app.run.jacobian, sweep: { columns: Infinity, rows: Infinity } });
    root.addEventListener("input", event => {
      const kind = event.target.dataset.sweep;
      if (!kind) return;
      this.sweep[kind] = +event.target.value;
      root.querySelector(`[data-matrix="${kind}"]`).innerHTML = this.matrix(kind);
    });
  }

  renew() {
    const { app, found, root } = this, { facts, run } = app;
    if (!found) { root.innerHTML = this.costs(); return; }
    const active = root.contains(document.activeElement) ? document.activeElement.dataset?.sweep : null;
    if (facts.computes) {
      this.columns = facts.machine.columns(run.outputs, run.inputs);
      this.rows = facts.machine.rows(run.outputs, run.inputs);
    } else {
      this.columns = found.columns.map(column => column.values);
      this.rows = found.rows.map(row => row.values);
    }
    const half = (kind, sentence, count) => tag("div",
      tag("p", escaped(app.word(sentence, { count }))) +
      `<label>${escaped(app.word("sweeps"))} <input type="range" min="0" max="${count}" value="${Math.min(this.sweep[kind], count)}" data-sweep="${kind}"></label>` +
      tag("div", this.matrix(kind), `data-matrix="${kind}"`), 'class="half"');
    root.innerHTML = tag("div", half("columns", "columns say", this.columns.length) + half("rows", "rows say", this.rows.length), 'class="halves"') + this.chain() + this.costs();
    if (active) root.querySelector(`[data-sweep="${active}"]`)?.focus();
  }

  // The matrix as far as the sweeps have filled it; the newest column or row is marked.
  matrix(kind) {
    const { found } = this, done = this.sweep[kind], count = this[kind].length;
    const cell = (i, j) => {
      const at = kind === "columns" ? j : i;
      const value = kind === "columns" ? this.columns[j][i] : this.rows[i][j];
      const fresh = at === done - 1 && done < count ? ' class="fresh"' : "";
      return `<td${fresh}>${at < done ? shownNumber(value) : "·"}</td>`;
    };
    const rows = found.outputs.map((name, i) => tag("tr", tag("th", asHtml(name)) + found.inputs.map((_, j) => cell(i, j)).join("")));
    return tableOf(["", ...found.inputs.map(asHtml)], rows);
  }

  chain() {
    const { chain, inputs, outputs } = this.found, { facts, run } = this.app;
    if (!chain) return "";
    let { outer, inner } = chain;
    if (facts.computes) {
      outer = facts.machine.rows(run.outputs, chain.vertices, new Set(chain.vertices));
      const columns = facts.machine.columns(chain.vertices, run.inputs);
      inner = columns[0].map((_, i) => columns.map(column => column[i]));
    }
    const product = outer.map(row => inputs.map((_, j) => row.reduce((sum, x, l) => sum + x * inner[l][j], 0)));
    const layer = chain.layer.map((name, i) => this.app.name(chain.vertices.length === chain.layer.length ? chain.vertices[i] : -1) ?? name);
    const drawn = (values, rows, columns) => tableOf(["", ...columns.map(asHtml)],
      values.map((row, i) => tag("tr", tag("th", asHtml(rows[i])) + row.map(x => tag("td", shownNumber(x))).join(""))));
    return tag("h4", escaped(this.app.word("chain"))) + tag("div",
      [drawn(outer, outputs, layer), "<span>·</span>", drawn(inner, layer, inputs), "<span>=</span>", drawn(product, outputs, inputs)].join(""), 'class="chain"');
  }

  costs() {
    const { app } = this, costs = app.run.costs;
    if (!costs) return "";
    const rows = ["forward", "reverse"].map(mode => rowOf([escaped(app.word(`${mode} mode`)),
      ...["sweeps", "multiplications", "memory"].map(key => costs[mode][key])]));
    return tag("h4", escaped(app.word("cost of", { n: costs.inputs, m: costs.outputs }))) +
      tableOf(["", "sweeps", "multiplications", "memory"].map(key => escaped(key && app.word(key))), rows);
  }
}

// The error of difference quotients against their step, on logarithmic axes.
function errorCurve(curves, app) {
  const points = curves.flatMap(c => c.points).filter(([h, e]) => h > 0 && e > 0).map(p => p.map(Math.log10));
  if (!points.length) return "";
  const range = k => [Math.floor(Math.min(...points.map(p => p[k]))), Math.ceil(Math.max(...points.map(p => p[k])))];
  const [left, right] = range(0), [low, high] = range(1), W = 560, H = 320, side = 56, foot = 46;
  const x = t => side + (W - side - 12) * (t - left) / (right - left || 1);
  const y = t => 12 + (H - foot - 12) * (high - t) / (high - low || 1);
  const ticks = (a, b, most) => { const step = Math.max(1, Math.ceil((b - a) / most)); const found = []; for (let t = a; t <= b; t += step) found.push(t); return found; };
  const power = t => `10<tspan dy="-0.4em" font-size="72%">${minus(String(t))}</tspan>`;
  const grid = ticks(left, right, 8).map(t => `<path class="grid" d="M${x(t)} 12V${H - foot}"/><text x="${x(t)}" y="${H - foot + 18}" text-anchor="middle">${power(t)}</text>`).join("") +
    ticks(low, high, 8).map(t => `<path class="grid" d="M${side} ${y(t)}H${W - 12}"/><text x="${side - 8}" y="${y(t) + 4}" text-anchor="end">${power(t)}</text>`).join("");
  const lines = curves.map((c, i) => {
    const shown = c.points.filter(([h, e]) => h > 0 && e > 0).map(([h, e]) => [x(Math.log10(h)), y(Math.log10(e))]);
    if (!shown.length) return "";
    return `<path class="curve curve${i}" d="M${shown.map(p => p.map(t => t.toFixed(1)).join(" ")).join("L")}"/>` +
      shown.map(p => `<circle class="dot curve${i}" cx="${p[0].toFixed(1)}" cy="${p[1].toFixed(1)}" r="2.5"/>`).join("");
  }).join("");
  const legend = curves.map((c, i) => `<span class="key curve${i}">${escaped(c.name)}</span>`).join(" ");
  return `<figure><svg class="plot" viewBox="0 0 ${W} ${H}" role="img" aria-label="${escaped(app.word("curve"))}">${grid}${lines}` +
    `<text x="${(side + W) / 2}" y="${H - 6}" text-anchor="middle">${escaped(app.word("step size"))}</text>` +
    `<text transform="translate(14 ${(H - foot) / 2}) rotate(-90)" text-anchor="middle">${escaped(app.word("error"))}</text></svg>` +
    `<figcaption>${escaped(app.word("curve"))}: ${legend}</figcaption></figure>`;
}
