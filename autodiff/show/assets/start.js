"use strict";
// Everything is in place: begin.

const run = JSON.parse(document.getElementById("run").textContent);
const words = JSON.parse(document.getElementById("words").textContent);
unpack(run);

const app = new App(run, words);
app.inputs = new Inputs(app);
app.controls = new Controls(app);
app.search = new Search(app);
app.tips = new Tips(app);
const PANELS = { paths: PathsPanel, jacobian: JacobianPanel, ways: WaysPanel, rewrites: RewritesPanel };
app.panels = Object.entries(PANELS).flatMap(([name, Panel]) => {
  const root = document.querySelector(`#panel-${name} .body`);
  return root ? [new Panel(app, root)] : [];
});

// Tabs: of the drawings, and of the sections below.
for (const list of document.querySelectorAll("[role=tablist]")) {
  const tabs = [...list.querySelectorAll("[role=tab]")];
  const choose = tab => {
    setTimeout(() => {
      app.showPanels();
      const drawing = app.drawings.find(d => d.svg.closest(".pane").id === tab.getAttribute("aria-controls"));
      if (drawing && !drawing.seenOnce) { drawing.seenOnce = true; drawing.home(); }
    });
    for (const other of tabs) {
      const chosen = other === tab;
      other.setAttribute("aria-selected", chosen);
      other.tabIndex = chosen ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).classList.toggle("chosen", chosen);
    }
  };
  for (const tab of tabs) tab.onclick = () => choose(tab);
  list.onkeydown = event => {
    const step = KEYS[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    choose(next);
    next.focus();
    event.stopPropagation();
  };
  if (tabs.length) choose(tabs[0]);
}

for (const tools of document.querySelectorAll("[data-tools]")) {
  const drawing = app.drawings.find(d => d.svg.id === tools.dataset.tools);
  const act = { in: () => drawing.zoom(0.7), out: () => drawing.zoom(1 / 0.7), fit: () => drawing.whole() };
  for (const button of tools.querySelectorAll("button")) button.onclick = act[button.dataset.act];
}

// A path of the table lights its edges.
document.getElementById("panel-paths")?.addEventListener("pointerover", lightPath);
document.getElementById("panel-paths")?.addEventListener("focusin", lightPath);
function lightPath(event) {
  const row = event.target.closest("[data-path]");
  if (!row) return;
  const vertices = row.dataset.path.split(" ").map(Number), at = row.dataset.at ? row.dataset.at.split(" ").map(Number) : [];
  for (const drawing of app.drawings) {
    drawing.clear();
    vertices.forEach((i, n) => {
      drawing.light(drawing.seen(i));
      if (n) drawing.lightEdge(i, vertices[n - 1], at[n - 1]);
    });
  }
}
document.getElementById("panel-paths")?.addEventListener("pointerleave", () => app.marked());

document.body.dataset.view = app.view;
addEventListener("beforeprint", () => app.showPanels(true));
app.renew();
app.controls.speak(app.lang);
for (const pane of document.querySelectorAll(".sheet")) pane.scrollLeft = (pane.scrollWidth - pane.clientWidth) / 2;
document.body.dataset.ready = "yes";
