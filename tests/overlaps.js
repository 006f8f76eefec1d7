// What meets in a drawing that should be apart: boxes, labels, texts and their boxes, edges and labels.
(selector => {
  const svg = document.querySelector(selector), found = [];
  const box = e => {
    const r = e.getBoundingClientRect();
    return [r.left, r.top, r.right, r.bottom];
  };
  const meet = (a, b) => a[0] < b[2] - 1 && b[0] < a[2] - 1 && a[1] < b[3] - 1 && b[1] < a[3] - 1;
  const inside = (b, a) => b[0] >= a[0] && b[2] <= a[2] && b[1] >= a[1] - 1 && b[3] <= a[3] + 1;
  const boxes = [...svg.querySelectorAll("[data-m]")];
  const nodes = boxes.map(g => [g.dataset.m, box(g.querySelector("rect"))]);
  const labels = [...svg.querySelectorAll(".label")].map(g => [g.textContent, box(g)]);
  const all = [...nodes, ...labels];
  all.forEach(([n, a], i) => {
    for (const [m, b] of all.slice(i + 1)) if (meet(a, b)) found.push([n, m]);
  });
  for (const g of boxes) {
    const outer = box(g.querySelector("rect"));
    for (const t of g.querySelectorAll(":scope > text")) {
      if (!inside(box(t), outer)) found.push([t.textContent, "out of its box"]);
    }
  }
  for (const path of svg.querySelectorAll(".link path")) {
    const length = path.getTotalLength(), to = path.getScreenCTM();
    for (let i = 2; i < 60; i++) {
      const p = path.getPointAtLength(length * i / 61).matrixTransform(to);
      const hit = labels.find(([, b]) => meet([p.x, p.y, p.x, p.y], b));
      if (hit) { found.push([path.parentNode.dataset.to, hit[0]]); break; }
    }
  }
  return found;
})
