"use strict";
(() => {
  const table = document.getElementById("case-table");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  const names = heads.map((head) => head.dataset.key || "");
  const value = (row, column) => row.cells[column].dataset.v ?? row.cells[column].textContent.trim();

  // Numbers before text, nothing behind all in either direction.
  const compare = (a, b, down) => {
    if (a === "" || b === "") return (a === "") - (b === "");
    const x = Number(a), y = Number(b);
    const order = !isNaN(x) && !isNaN(y) ? x - y : isNaN(x) - isNaN(y) || a.localeCompare(b, "en", { numeric: true });
    return down ? -order : order;
  };
  heads.forEach((head, column) => {
    const button = head.querySelector("button");
    if (!button) return;
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const keyed = rows.map((row, i) => [value(row, column), i, row]);
      keyed.sort((a, b) => compare(a[0], b[0], down) || a[1] - b[1]);
      body.append(...keyed.map((one) => one[2]));
    });
  });

  // Words must all occur in the row; "dice<0.5" is a bound on a column.
  const holds = (row, word) => {
    const bound = /^([a-z0-9_.@ ]+)(<=|>=|<|>|=)(-?[0-9.]+)$/i.exec(word);
    const column = bound ? names.indexOf(bound[1].toLowerCase()) : -1;
    if (column < 0) return row.textContent.toLowerCase().includes(word);
    const text = value(row, column), number = Number(text), limit = Number(bound[3]);
    if (text === "" || isNaN(number)) return false;
    return { "<": number < limit, "<=": number <= limit, ">": number > limit, ">=": number >= limit, "=": number === limit }[bound[2]];
  };
  const filter = document.getElementById("filter"), kind = document.getElementById("kind"), shown = document.getElementById("shown");
  const update = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      row.hidden = !(words.every((word) => holds(row, word)) && (!kind.value || row.dataset.kinds.split(" ").includes(kind.value)));
      count += !row.hidden;
    }
    shown.textContent = `${count} of ${rows.length} cases`;
  };
  filter.addEventListener("input", update);
  kind.addEventListener("change", update);
  update();

  const dialog = document.getElementById("big-case");
  if (!dialog) return;
  const big = dialog.querySelector(".big");
  let current = null;
  const show = (row) => {
    const thumb = row.querySelector(".thumb");
    if (!thumb) return;
    current = row;
    big.replaceChildren(...[...thumb.children].map((child) => child.cloneNode(true)));
    const image = big.querySelector("img");
    big.style.setProperty("--shape", image.getAttribute("width") / image.getAttribute("height"));
    dialog.querySelector("h3").textContent = row.dataset.id;
    dialog.querySelector(".facts").textContent = heads.map((head, i) => [head.textContent.trim(), row.cells[i].textContent.trim()])
      .slice(2).filter((one) => one[1]).map((one) => one.join(" ")).join(" · ");
    if (!dialog.open) dialog.showModal();
  };
  const step = (by) => {
    const seen = [...body.rows].filter((row) => !row.hidden && row.querySelector(".thumb"));
    const next = seen[seen.indexOf(current) + by];
    if (next) show(next);
  };
  body.addEventListener("click", (event) => {
    const thumb = event.target.closest(".thumb");
    if (thumb) show(thumb.closest("tr"));
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") step(1);
    if (event.key === "ArrowLeft") step(-1);
  });
  dialog.addEventListener("close", () => current && current.querySelector(".thumb").focus());
  document.getElementById("previous").addEventListener("click", () => step(-1));
  document.getElementById("next").addEventListener("click", () => step(1));
  document.getElementById("close").addEventListener("click", () => dialog.close());
  for (const part of ["drawn", "predicted"])
    document.getElementById("show-" + part).addEventListener("change", (event) => big.classList.toggle("no-" + part, !event.target.checked));
})();
