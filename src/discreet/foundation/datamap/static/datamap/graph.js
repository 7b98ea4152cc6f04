/* One stop for Tab in the drawing; arrow keys go to the nearest node that way, Enter follows it as a link. */
(() => {
  const room = document.querySelector("[data-graph]");
  if (!room) return;
  const nodes = [...room.querySelectorAll("[data-node]")];
  const middle = (el) => { const box = el.querySelector("circle").getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; };
  const only = (el) => nodes.forEach((one) => one.setAttribute("tabindex", one === el ? "0" : "-1"));
  only(nodes.find((one) => one.classList.contains("n-people")) || nodes[0]);
  /* The columns of a table's links stand beside its lines while it is pointed at or has the focus. */
  const parts = [...room.querySelectorAll("[data-start]")];
  const light = (is) => parts.forEach((one) => one.classList.toggle("on", is(one)));
  const touching = (key) => (one) => one.dataset.start === key || one.dataset.end === key;
  const same = (line) => (one) => one.dataset.start === line.dataset.start && one.dataset.end === line.dataset.end;
  const told = (key) => parts.filter((one) => one.matches("g") && touching(key)(one)).map((one) => one.querySelector("title").textContent).join(". ");
  const rest = () => { const node = document.activeElement?.closest?.("[data-node]"); light(node && room.contains(node) ? touching(node.dataset.node) : () => false); };
  room.addEventListener("mouseover", (event) => {
    const node = event.target.closest("[data-node]"), line = event.target.closest("g[data-start]");
    if (node) light(touching(node.dataset.node)); else if (line) light(same(line)); else rest();
  });
  room.addEventListener("mouseleave", rest);
  room.addEventListener("focusout", () => light(() => false));
  room.addEventListener("focusin", (event) => {
    const node = event.target.closest("[data-node]");
    if (!node) return;
    only(node);
    light(touching(node.dataset.node));
    document.querySelector("#graph-say").textContent = told(node.dataset.node);
  });
  room.addEventListener("keydown", (event) => {
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    const from = event.target.closest?.("[data-node]");
    if (!way || !from) return;
    event.preventDefault();
    const [x, y] = middle(from);
    let best = null, least = Infinity;
    for (const one of nodes) {
      if (one === from) continue;
      const [dx, dy] = middle(one).map((value, at) => value - [x, y][at]);
      const along = dx * way[0] + dy * way[1], beside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
      if (along > 1 && along + 2 * beside < least) { least = along + 2 * beside; best = one; }
    }
    if (best) { only(best); best.focus(); best.scrollIntoView({ block: "nearest", inline: "nearest" }); }
  });
  room.scrollLeft = (room.scrollWidth - room.clientWidth) / 2;
  room.scrollTop = Math.max(0, (room.scrollHeight - room.clientHeight) / 2);
})();
