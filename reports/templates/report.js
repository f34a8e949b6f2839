// Sorting, filtering and deep links of the claims. Without it the page holds the same, in the order of the question.
(() => {
  "use strict";
  // The evidence of very many claims is packed; it is unpacked when the first of them is unfolded.
  const unpack = async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
  };
  const opened = () => {
    const at = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const details = at && at.querySelector("details");
    if (details) { details.open = true; at.scrollIntoView({ block: "start" }); }
  };
  addEventListener("hashchange", opened);
  for (const table of document.querySelectorAll(".claims")) {
    const heads = [...table.querySelectorAll("[role=columnheader]")];
    const rows = [...table.querySelectorAll(".claim")].map((body, place) => ({ body, place, text: "", keys: [] }));
    const ready = () => {
      if (rows.length && !rows[0].keys.length) {
        for (const row of rows) {
          row.keys = row.body.dataset.ranks.split(" ").map(Number);
          row.text = row.body.firstElementChild.textContent.toLowerCase();
        }
      }
    };
    const packed = table.parentElement.querySelector("script.kept");
    if (packed) {
      let kept = null;
      table.addEventListener("toggle", async (event) => {
        const inside = event.target.querySelector(".inside");
        if (!event.target.open || inside.hasChildNodes()) return;
        kept ||= unpack(packed.textContent);
        const row = rows.find((one) => one.body.contains(event.target));
        inside.innerHTML = (await kept)[row.place];
      }, true);
    }
    const tools = table.parentElement.querySelector(".tools");
    tools.hidden = false;
    const input = tools.querySelector("input"), said = tools.querySelector(".said");
    const chips = [...tools.querySelectorAll("button[data-verdict]")];
    const tell = (shown) => {
      said.textContent = shown === rows.length ? `${rows.length} claims` : `${shown} of ${rows.length} claims`;
    };
    const filter = () => {
      ready();
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const wanted = chips.filter((chip) => chip.getAttribute("aria-pressed") === "true").map((chip) => chip.dataset.verdict);
      let shown = 0;
      for (const row of rows) {
        const hit = words.every((word) => row.text.includes(word)) && (!wanted.length || wanted.includes(row.body.dataset.verdict));
        if (row.body.hidden === hit) row.body.hidden = !hit;
        shown += hit;
      }
      tell(shown);
    };
    input.addEventListener("input", filter);
    for (const chip of chips) {
      chip.addEventListener("click", () => {
        chip.setAttribute("aria-pressed", chip.getAttribute("aria-pressed") === "true" ? "false" : "true");
        filter();
      });
    }
    const all = tools.querySelector("button[data-all]");
    if (all) {
      all.addEventListener("click", () => {
        const open = all.getAttribute("aria-pressed") !== "true";
        all.setAttribute("aria-pressed", String(open));
        for (const row of rows) if (!row.body.hidden) row.body.querySelector("details").open = open;
      });
    }
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        ready();
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const one of heads) one.setAttribute("aria-sort", "none");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const sorted = [...rows].sort((one, other) =>
          (down ? -1 : 1) * (one.keys[column] - other.keys[column]) || one.place - other.place);
        table.append(...sorted.map((row) => row.body));
      });
    });
    tell(rows.length);
  }
  opened();
})();
