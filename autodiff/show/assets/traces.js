"use strict";
// The trace tables; of a long one only the rows near the visible part are in the document.

const PLENTY = 300;  // rows that are all written
const WINDOW = 90;   // rows of a longer table that are written at a time

class Trace {
  constructor(app, section) {
    Object.assign(this, { app, section, name: section.dataset.trace });
    this.rows = app.run.traces[this.name];
    this.body = section.querySelector("tbody");
    this.box = section.querySelector(".scroll");
    this.at = new Map();
    this.rows.forEach(([step], i) => { if (!this.at.has(step)) this.at.set(step, i); });
    this.long = this.rows.length > PLENTY;
    section.classList.toggle("long", this.long);
    this.first = 0;
    this.height = 27;
    this.write();
    if (!this.long) return;
    this.height = this.written[0].offsetHeight || this.height;
    this.box.addEventListener("scroll", () => this.near(this.box.scrollTop));
  }

  write() {
    const last = this.long ? Math.min(this.rows.length, this.first + WINDOW) : this.rows.length;
    const blank = n => n > 0 ? `<tr class="blank" style="height:${n * this.height}px"><td></td></tr>` : "";
    this.body.innerHTML = blank(this.first) + this.rows.slice(this.first, last).map(row => this.html(row)).join("") +
      blank(this.rows.length - last);
    this.written = [...this.body.querySelectorAll("tr[data-row]")];
    this.written.forEach((element, i) => { element.row = this.first + i; });
    this.renew();
    this.show();
  }

  html([step, numbers, value, ...cells]) {
    const formulas = cells.slice(0, -2).map(cell => `<td>${asHtml(cell)}</td>`).join("");
    const [shown, result] = cells.slice(-2).map(cell => escaped(minus(cell)));
    const bound = (key, text) => `<td${key ? ` data-n="${key}"` : ""}>${text}</td>`;
    return `<tr data-row="${step}">${formulas}${bound(shown && numbers, shown)}${bound(value, result)}</tr>`;
  }

  // Write the rows around a place of the table.
  near(y) {
    const top = Math.floor(y / this.height);
    if (top >= this.first + 10 && top + 40 <= this.first + WINDOW) return;
    const first = Math.max(0, Math.min(this.rows.length - WINDOW, top - 25));
    if (first === this.first) return;
    this.first = first;
    this.write();
  }

  // Numbers after the inputs have changed.
  renew() {
    for (const element of this.written) {
      for (const cell of [...element.cells].slice(-2)) {
        const text = cell.dataset.n ? this.app.say(cell.dataset.n) : null;
        if (text !== null && cell.textContent !== text) cell.textContent = text;
      }
    }
  }

  // Bring the current row into view, inside of the table alone.
  follow(step) {
    const row = this.at.get(step);
    if (row === undefined || !this.box.clientHeight) return;
    if (this.long) {
      const y = row * this.height, { scrollTop, clientHeight } = this.box;
      if (y > scrollTop + 30 && y < scrollTop + clientHeight - 60) return;
      const top = Math.max(0, y - clientHeight / 2);
      this.near(top);
      this.box.scrollTop = top;
      return;
    }
    const element = this.written[row], { offsetTop, offsetHeight } = element, { box } = this;
    if (offsetTop < box.scrollTop + 30 || offsetTop + offsetHeight > box.scrollTop + box.clientHeight) {
      box.scrollTop = offsetTop - box.clientHeight / 2;
    }
  }

  // Which rows wait for a later step, and which belong to the current one.
  show() {
    const { timeline } = this.app, lit = this.app.current;
    for (const element of this.written) {
      const step = element.dataset.row;
      element.classList.toggle("waiting", timeline.index(step) > timeline.position);
      element.classList.toggle("lit", lit.includes(step));
    }
  }
}
