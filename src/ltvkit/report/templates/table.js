// The first customers: sort, filter, search. Rows are in the page; nothing is drawn from data.
const table = document.getElementById("top");
if (table) {
  const { words, language } = JSON.parse(document.getElementById("page-data").textContent);
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const few = matchMedia("(max-width: 640px)").matches ? 6 : 15;
  const rank = { low: 0, medium: 1, high: 2 };
  const number = new Intl.NumberFormat(language);
  const say = (key, values) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const byId = (id) => document.getElementById(id);
  const state = { column: "place", down: false, all: false };

  const key = {
    place: (row) => Number(row.dataset.place),
    customer: (row) => row.querySelector(".id").textContent,
    list: (row) => row.cells[1].textContent.trim(),
    value: (row) => Number(row.dataset.value),
    churn: (row) => Number(row.dataset.churn),
    risk: (row) => Number(row.dataset.risk),
    next: (row) => row.dataset.next,
    confidence: (row) => rank[row.dataset.confidence] ?? -1,
  };
  const texts = new Map(rows.map((row) => [row, row.cells[0].textContent.toLowerCase()]));

  const show = () => {
    const list = byId("filter-list").value;
    const confidence = byId("filter-confidence").value;
    const text = byId("filter-text").value.trim().toLowerCase();
    const of = key[state.column];
    const sorted = [...rows].sort((a, b) => {
      const [x, y] = [of(a), of(b)];
      const order = typeof x === "string" ? x.localeCompare(y, language, { numeric: true }) : x - y;
      return (state.down ? -order : order) || Number(a.dataset.place) - Number(b.dataset.place);
    });
    let matching = 0;
    for (const row of sorted) {
      const fits = (!list || row.dataset.list === list)
        && (!confidence || row.dataset.confidence === confidence)
        && (!text || texts.get(row).includes(text));
      row.hidden = !fits || (!state.all && matching >= few);
      if (fits) matching += 1;
    }
    body.append(...sorted);
    const shown = state.all ? matching : Math.min(matching, few);
    byId("top-count").textContent = say("top.shown", { n: number.format(shown), all: number.format(matching) });
    byId("top-none").hidden = matching > 0;
    byId("top-more").parentElement.hidden = matching <= few;
    byId("top-more").textContent = words[state.all ? "top.show_less" : "top.show_all"];
  };

  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sorter";
    button.append(...head.childNodes);
    button.title = say("top.sort", { column: button.textContent.trim() });
    head.append(button);
    button.addEventListener("click", () => {
      const column = head.dataset.sort;
      const downFirst = ["value", "churn", "risk", "confidence"].includes(column);
      const again = state.column === column;
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      if (again && state.down !== downFirst) {
        // Pressed a third time: the lists take turns again.
        Object.assign(state, { column: "place", down: false });
      } else {
        Object.assign(state, { column, down: again ? !downFirst : downFirst });
        head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      }
      show();
    });
  }
  for (const id of ["filter-list", "filter-confidence"]) byId(id).addEventListener("change", show);
  byId("filter-text").addEventListener("input", show);
  byId("filter-clear").addEventListener("click", () => {
    for (const id of ["filter-list", "filter-confidence", "filter-text"]) byId(id).value = "";
    show();
  });
  byId("top-more").addEventListener("click", () => {
    state.all = !state.all;
    show();
  });
  show();
}
