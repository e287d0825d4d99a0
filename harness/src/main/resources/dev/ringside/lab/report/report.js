"use strict";
// The page is whole without this: it sorts tables, and shows what the nearest mark of a plot says at once.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = table.tHead.rows[0].cells;
  for (const head of heads) {
    head.tabIndex = 0;
    const sort = () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      const body = table.tBodies[0], column = head.cellIndex;
      const keyed = Array.from(body.rows, row => [row.cells[column].textContent, row]);
      keyed.sort(([a], [b]) => {
        const x = Number(a), y = Number(b), nx = a === "" || isNaN(x), ny = b === "" || isNaN(y);
        if (nx !== ny) return nx ? 1 : -1;
        const order = nx ? a.localeCompare(b, "en", { numeric: true }) : x - y;
        return up ? order : -order;
      });
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      body.append(...keyed.map(([, row]) => row));
    };
    head.addEventListener("click", sort);
    head.addEventListener("keydown", event => { if (event.key === "Enter") sort(); });
  }
}
const tip = document.getElementById("tip");
for (const plot of document.querySelectorAll("svg.plot")) {
  let marks = null;
  const collect = () => {
    marks = Array.from(plot.querySelectorAll("title"), title => {
      const mark = title.parentNode, text = title.textContent;
      title.remove();
      return { mark, text };
    });
  };
  plot.addEventListener("pointermove", event => {
    if (!marks) collect();
    let best = null, nearest = 26;
    for (const one of marks) {
      const box = one.mark.getBoundingClientRect();
      const dx = Math.max(box.left - event.clientX, 0, event.clientX - box.right);
      const dy = Math.max(box.top - event.clientY, 0, event.clientY - box.bottom);
      const distance = Math.hypot(dx, dy);
      const line = one.mark.classList.contains("line");
      if (line ? one.mark === event.target : distance < nearest) { nearest = distance; best = one; }
    }
    tip.hidden = !best;
    if (!best) return;
    tip.textContent = best.text;
    const box = tip.getBoundingClientRect();
    tip.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - box.width - 8)) + "px";
    tip.style.top = (event.clientY + 18 + box.height > innerHeight ? event.clientY - box.height - 12 : event.clientY + 18) + "px";
  });
  plot.addEventListener("pointerleave", () => { tip.hidden = true; });
}
