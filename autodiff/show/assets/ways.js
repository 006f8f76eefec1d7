"use strict";
// Ways to the derivative with their errors, and rewrites that keep a value from overflowing.

class WaysPanel {
  constructor(app, root) { Object.assign(this, { app, root, found: app.run.ways }); }

  renew() {
    const { app, found } = this, parts = [], zh = app.lang === "zh";
    if (app.facts.changed) parts.push(tag("p", escaped(app.word("moved")), 'class="note"'));
    if (found.ways) {
      const shown = x => x === null || x === undefined ? "—" : x === 0 ? "0" : minus(x.toExponential(1));
      const rows = found.ways.map(way => rowOf([escaped(app.word(`way ${way.name}`)), escaped(this.value(way.value)),
        shown(way.error), shown(way.seconds), way.operations ?? "—", escaped(way.remarks?.[+zh] ?? "")]));
      parts.push(tableOf(["method", "value", "relative error", "time", "operations", ""].map(key => escaped(key && app.word(key))), rows));
    }
    if (found.failure) parts.push(tag("p", escaped(found.failures[+zh]), 'class="note"'));
    const curves = this.curves();
    if (curves) parts.push(errorCurve(curves, app));
    else if (found.curve) {
      const recorded = Object.entries(found.curve.errors).map(([name, errors]) =>
        ({ name: app.word(`curve ${name}`).replace(/^curve /, ""), points: errors.map((e, i) => [found.curve.steps[i], e]) }));
      parts.push(errorCurve(recorded, app));
    }
    if (found.symbolic) {
      parts.push(tag("h4", escaped(app.word("symbolic"))));
      if (found.symbolic.latex) parts.push(tag("pre", escaped(found.symbolic.latex)));
      parts.push(tag("p", escaped(app.word("symbolic size", found.symbolic))));
    }
    if (found.swell?.length) {
      parts.push(tag("h4", escaped(app.word("swell"))));
      parts.push(tableOf(["order", "shared", "written out"].map(key => escaped(app.word(key))),
        found.swell.map(row => rowOf([row.order, row.shared, row.written]))));
    }
    this.root.innerHTML = parts.join("");
  }

  // The error of difference quotients in the chosen input, at the present inputs.
  curves() {
    const { facts, run } = this.app, { machine } = facts, { vertex, index } = run.wrt;
    if (!facts.computes || run.vertices[run.output].shape.length || (run.vertices[vertex].shape.length && !index)) return null;
    const exact = machine.adjoints[vertex]?.data[index ? flatIndex(index, run.vertices[vertex].shape) : 0] ?? 0;
    const steps = Array.from({ length: 33 }, (_, i) => 10 ** (-i / 2));
    const at = h => machine.moved(vertex, index ? flatIndex(index, run.vertices[vertex].shape) : 0, h);
    const error = d => Math.abs(d - exact) / (Math.abs(exact) || 1);
    const here = at(0);
    return [
      { name: this.app.word("curve forward"), points: steps.map(h => [h, error((at(h) - here) / h)]) },
      { name: this.app.word("curve central"), points: steps.map(h => [h, error((at(h) - at(-h)) / (2 * h))]) },
    ].map(curve => ({ ...curve, points: curve.points.filter(p => Number.isFinite(p[1])) }));
  }

  value(x) {
    if (x === null || x === undefined) return "—";
    const text = y => y === null ? "·" : minus(String(+y.toPrecision(15)));
    if (!Array.isArray(x)) return typeof x === "number" ? text(x) : String(x.text ?? x);
    const few = x.length <= 4 ? x : x.slice(0, 3);
    return `[${few.map(y => minus(String(+y.toPrecision(9)))).join(", ")}${few.length < x.length ? `, … ${x.length}` : ""}]`;
  }
}

class RewritesPanel {
  constructor(app, root) { Object.assign(this, { app, root, found: app.run.rewrites }); }

  renew() {
    const { app, found } = this, parts = [], zh = app.lang === "zh";
    if (app.facts.changed) parts.push(tag("p", escaped(app.word("moved")), 'class="note"'));
    for (const rewrite of found.stable ?? []) {
      parts.push(tag("h4", `${asHtml(app.spelt(rewrite.before))} → ${asHtml(app.spelt(rewrite.after))}`));
      parts.push(tag("p", escaped(rewrite.reasons[+zh])));
      const rows = [rowOf([escaped(app.word("here")), this.text(rewrite.value), this.text(rewrite.rewritten)])];
      const example = rewrite.example;
      if (example) rows.push(rowOf([`<i>x</i> = ${escaped(this.text(example.x))}`, this.text(example.before), this.text(example.after)]));
      parts.push(tableOf(["", "before", "after"].map(key => escaped(key && app.word(key))), rows));
    }
    if (found.fused?.length) {
      parts.push(tag("h4", escaped(app.word("fused"))));
      parts.push(tag("ul", found.fused.map(group => tag("li", asHtml(app.spelt(group.text)))).join("")));
    }
    this.root.innerHTML = parts.join("") || tag("p", escaped(app.word("no rewrites")));
  }

  text(x) { return x === null || x === undefined ? "·" : minus(typeof x === "number" ? numberText(x) : x.text ?? String(x)); }
}
