"use strict";
// The layout by dagre, a layered layout engine (MIT, its licence stands above its program): narrower
// than the drawing of picture_graph.py, and made anew around clusters that are open.

const APART = { nodesep: 18, edgesep: 14, ranksep: 34 };  // [px] between boxes, edges, layers
const FRAME = 14;  // [px] around the whole

// A smooth line through the middles between the points.
function smooth(points) {
  const at = x => Math.round(x * 10) / 10, text = ([x, y]) => `${at(x)} ${at(y)}`;
  const middle = i => points[i].map((x, axis) => (x + points[i + 1][axis]) / 2);
  let path = `M${text(points[0])}`;
  for (let i = 1; i < points.length - 1; i++) {
    path += `Q${text(points[i])} ${text(i === points.length - 2 ? points[i + 1] : middle(i))}`;
  }
  return points.length > 2 ? path : `${path}L${text(points[1])}`;
}

// Paper behind a label, which stands on its edge; its size leaves room for longer numbers.
function backed(label) {
  label.querySelector(".backing")?.remove();
  const box = label.getBBox(), paper = document.createElementNS(SVG, "rect");
  const size = { x: box.x - 5, y: box.y - 1, width: box.width + 10, height: box.height + 2 };
  for (const [name, value] of Object.entries(size)) paper.setAttribute(name, value);
  paper.setAttribute("class", "backing");
  label.prepend(paper);
  return size;
}

// Places in a scene; clusters that are open in it have been laid out before.  Its size.
function packed(scene) {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "BT", marginx: FRAME, marginy: FRAME, ...APART });
  const key = g => `${g.dataset.from} ${g.dataset.to} ${g.dataset.k ?? ""}`, labels = new Map();
  for (const g of scene.parts) {
    if (g.dataset.m) {
      const box = g.querySelector("rect"), open = scene.inner.get(g)?.size;
      const [width, height] = ["width", "height"].map(name => open?.[name] ?? +box.getAttribute(name));
      graph.setNode(g.dataset.m, { width, height });
    } else if (!g.path) labels.set(key(g), g);
  }
  for (const g of scene.parts) if (g.path) {
    const label = labels.get(key(g)), { width, height } = label ? backed(label) : { width: 0, height: 0 };
    graph.setEdge(g.dataset.from, g.dataset.to, { width, height, labelpos: "c" }, key(g));
  }
  dagre.layout(graph);
  for (const g of scene.parts) {
    const edge = g.dataset.m ? null : graph.edge(g.dataset.from, g.dataset.to, key(g));
    if (g.path) g.path.setAttribute("d", smooth(edge.points.map(p => [p.x, p.y])));
    else {
      const { x, y } = edge ?? graph.node(g.dataset.m);
      g.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    }
  }
  return { width: graph.graph().width, height: graph.graph().height };
}
