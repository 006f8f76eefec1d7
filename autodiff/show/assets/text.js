"use strict";
// Numbers and formulas as text, in the style of the tables that Python writes.

const trimmed = text => text.includes(".") ? text.replace(/\.?0+$/, "") : text;

function numberText(x) {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  const size = Math.abs(x);
  if (x === 0) return "0";
  if (size >= 1e6 || size < 1e-4) {
    const [digits, exponent] = x.toExponential(3).split("e");
    const sign = exponent[0] === "-" ? "-" : "+";
    return `${trimmed(digits)}e${sign}${exponent.slice(1).padStart(2, "0")}`;
  }
  if (Number.isInteger(x)) return String(x);
  return trimmed(size >= 0.1 ? x.toFixed(3) : x.toPrecision(3));
}

function valueText(value, dtype = "float64") {
  if (!value) return "";
  if (!value.shape.length) return numberText(value.data[0]);
  if (value.shape.length === 1 && value.data.length && value.data.length <= 4) {
    return `[${value.data.map(numberText).join(", ")}]`;
  }
  return `${dtype}[${value.shape.join(", ")}]`;
}

// A sign is that of print.
const minus = text => text.replace(/-/g, "−");
const isNumber = value => Boolean(value) && !value.shape.length;

function sumText(parts) {
  return parts.length > 3 ? `Σ(${parts.length})` : parts.map(minus).join(" + ").replace(/\+ −/g, "− ");
}

// A factor: a negative one in parentheses.
const factorText = text => text.startsWith("-") ? `(${minus(text)})` : text;

const TOKEN = /\s*\*\*\s*|v[\u0304\u0307]?-?\d+(?!\w)|\p{L}[\p{L}\p{M}\p{N}_]*|\d+(?:\.\d+)?(?:e[-+−]?\d+)?|\s+|./gu;

// [letters, style] for each stretch of a formula; styles are those of picture_shapes.py.
function pieces(text) {
  const found = [];
  const add = (letters, style) => {
    if (!style && found.length && !found.at(-1)[1]) found.at(-1)[0] += letters;
    else found.push([letters, style]);
  };
  let raised = false;
  for (const token of text.match(TOKEN) ?? []) {
    const name = /^(\p{L}\p{M}*)(-?\d+)?$/u.exec(token);
    if (token.trim() === "**") { raised = true; continue; }
    if (raised && /^\d+$/.test(token)) add(token, "sup");
    else if (name) {
      if (raised) add(" ^ ", "");
      add(name[1], "var");
      if (name[2]) add(minus(name[2]), "sub");
    } else add((raised ? " ^ " : "") + ({ "*": " · ", "-": "−" }[token] ?? token), "");
    raised = false;
  }
  return found;
}

const escaped = text => text.replace(/[&<>"]/g, c => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

function asHtml(text) {
  const tags = { var: "i", sub: "sub", sup: "sup" };
  return pieces(text).map(([letters, style]) =>
    style ? `<${tags[style]}>${escaped(letters)}</${tags[style]}>` : escaped(letters.replace(/\s+/g, " "))).join("");
}

const asSpans = text => spans(pieces(text));

function spans(list) {
  let shift = 0;
  return list.map(([letters, style, key]) => {
    const wanted = { sub: 0.28, sup: -0.35 }[style] ?? 0;
    const small = style === "sub" || style === "sup";
    const move = (wanted - shift) / (small ? 0.72 : 1);
    shift = wanted;
    const dy = Math.abs(move) > 1e-9 ? ` dy="${move.toFixed(2)}em"` : "";
    if (key) return `<tspan${dy} data-n="${key}">${escaped(letters)}</tspan>`;
    if (!style && !dy) return escaped(letters.replace(/\s+/g, " "));
    return `<tspan${style ? ` class="${style}"` : ""}${small ? ' font-size="72%"' : ""}${dy}>${escaped(letters)}</tspan>`;
  }).join("");
}

// Texts of closed clusters are written in short; this sets them as the others are.
function expand(scene) {
  const styles = ["", "var", "sub", "sup", ""];
  for (const text of scene.querySelectorAll("text")) {
    const list = [...text.textContent.matchAll(/([\ue000-\ue004])([^\ue000-\ue004]*)/g)].map(([, mark, letters]) => {
      const style = mark.charCodeAt(0) - 0xe000;
      return [letters, styles[style], style === 4 ? text.dataset.k : undefined];
    });
    text.innerHTML = spans(list);
  }
}
