// Sorting, filtering and deep links of the claims. Without it the page holds the same, in the order of the question.
(() => {
  "use strict";
  const opened = () => {
    const at = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const details = at && at.querySelector("details");
    if (details) { details.open = true; at.scrollIntoView({ block: "start" }); }
  };
  addEventListener("hashchange", opened);
  for (const table of document.querySelectorAll("table.claims")) {
    const rows = [...table.tBodies].map((body, place) => ({
      body, place, text: body.rows[0].textContent.toLowerCase(), keys: body.dataset.keys.split("\t"),
    }));
    const tools = table.closest("section").querySelector(".tools");
    if (!tools) continue;
    tools.hidden = false;
    const input = tools.querySelector("input"), said = tools.querySelector(".said");
    const chips = [...tools.querySelectorAll("button[data-verdict]")];
    const filter = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const wanted = chips.filter((chip) => chip.getAttribute("aria-pressed") === "true").map((chip) => chip.dataset.verdict);
      let shown = 0;
      for (const row of rows) {
        const hit = words.every((word) => row.text.includes(word)) && (!wanted.length || wanted.includes(row.body.dataset.verdict));
        row.body.hidden = !hit;
        shown += hit;
      }
      said.textContent = shown === rows.length ? `${rows.length} claims` : `${shown} of ${rows.length} claims`;
    };
    input.addEventListener("input", filter);
    for (const chip of chips) {
      chip.addEventListener("click", () => {
        chip.setAttribute("aria-pressed", chip.getAttribute("aria-pressed") === "true" ? "false" : "true");
        filter();
      });
    }
    const all = tools.querySelector("button[data-all]");
    all.addEventListener("click", () => {
      const open = all.getAttribute("aria-pressed") !== "true";
      all.setAttribute("aria-pressed", String(open));
      for (const row of rows) if (!row.body.hidden) row.body.querySelector("details").open = open;
    });
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const one of heads) one.setAttribute("aria-sort", "none");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const compare = new Intl.Collator("en", { numeric: true }).compare;
        rows.sort((one, other) => (down ? -1 : 1) * compare(one.keys[column], other.keys[column]) || one.place - other.place);
        table.append(...rows.map((row) => row.body));
      });
    });
    filter();
  }
  opened();
})();
