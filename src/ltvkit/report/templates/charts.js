// Charts: drawn by Vega when they come near the screen; until then, and on paper, the still ones.
const { charts, curves, names, words, language, currency, locale } =
  JSON.parse(document.getElementById("page-data").textContent);
const views = new Map();
const options = {
  mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false,
  logLevel: 1, formatLocale: locale,
};

// One tooltip for all charts. What stands in it is text: nothing of it is read as markup.
// A mark that is found by nearness wraps its row once more, and Vega-Lite unwraps it only where it
// formats; so the plain fields are read from the row itself.
const tip = document.createElement("dl");
tip.className = "tip";
tip.hidden = true;
document.body.append(tip);
const tooltip = (fields) => (_, event, item, value) => {
  tip.hidden = value == null || value === "";
  if (tip.hidden) return;
  const row = item.datum?.datum ?? item.datum ?? {};
  tip.replaceChildren(...fields.flatMap(({ field, title, format }) => {
    const [term, shown] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = title;
    shown.textContent = format ? value[title] : row[field];
    return [term, shown];
  }));
  const { offsetWidth: width, offsetHeight: height } = tip;
  const x = event.clientX + 14 + width > innerWidth ? event.clientX - width - 14 : event.clientX + 14;
  const y = event.clientY + 14 + height > innerHeight ? event.clientY - height - 14 : event.clientY + 14;
  tip.style.translate = `${Math.max(4, x)}px ${Math.max(4, y)}px`;
};

const draw = async (box) => {
  const name = box.dataset.chart;
  if (views.has(name) || !window.vegaEmbed) return;
  views.set(name, null);
  box.classList.add("drawn");
  const live = box.querySelector(".chart-live");
  const spec = charts[name];
  if (name === "payback") spec.data.values = current();
  if (live.clientWidth < 560 && spec.padding.right) {  // no room for names beside the lines
    spec.padding.right = 8;
    spec.layer = spec.layer.filter((layer) => layer.encoding.y.field !== "end");
  }
  if (live.clientWidth < 400) {
    for (const { mark } of spec.layer) if (mark.fontSize > 10) mark.fontSize = 10;
  }
  const fields = spec.layer.map((layer) => layer.encoding.tooltip).find(Array.isArray) ?? [];
  const { view } = await window.vegaEmbed(live, spec, { ...options, tooltip: tooltip(fields) });
  views.set(name, view);
  if (name === "payback") choose();  // a choice made meanwhile
};
const near = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting) {
      near.unobserve(entry.target);
      draw(entry.target);
    }
  }
}, { rootMargin: "400px" });
for (const box of document.querySelectorAll(".chart")) near.observe(box);

// The payback curves of a channel, of a cohort, or of all channels side by side.
const money = new Intl.NumberFormat(language, {
  ...(currency ? { style: "currency", currency } : {}), minimumFractionDigits: 2, maximumFractionDigits: 2,
});
const pick = (channel, cohort) => {
  const rows = [];
  const alone = channel >= 0;
  curves.channel.forEach((c, i) => {
    if ((alone && c !== channel) || curves.cohort[i] !== cohort || curves.value[i] == null) return;
    const [low, high] = [curves.low[i], curves.high[i]];
    rows.push({
      name: names[c], months: curves.months[i], value: curves.value[i], low, high, n: curves.n[i],
      predicted: !!curves.predicted[i], cac: curves.cac[i], band: alone,
      cost: curves.cac[i] == null ? "" : `${words["payback.cost"]} ${money.format(curves.cac[i])}`,
      kind: words[curves.predicted[i] ? "payback.predicted" : "payback.observed"],
      words: low == null || high == null ? "–"
        : words["page.range"].replace("{low}", money.format(low)).replace("{high}", money.format(high)),
    });
  });
  for (const name of names) {
    const seen = rows.filter((row) => row.name === name && !row.predicted);
    if (!seen.length) continue;
    seen.at(-1).last = true;
    const hit = seen.find((row) => row.cac != null && row.value >= row.cac);
    if (hit) hit.hit = true;
  }
  const edge = Math.max(...rows.map((row) => row.months));
  const room = 0.062 * Math.max(...rows.map((row) => row.value));
  let below = -room;
  for (const row of rows.filter((r) => r.months === edge).sort((a, b) => a.value - b.value)) {
    row.end = below = Math.max(row.value, below + room);
  }
  return rows;
};
const select = document.getElementById("curve-cohort");
const chosen = () => document.querySelector('input[name="curve"]:checked')?.value ?? "";
const current = () => {
  const cohort = Number(select?.value ?? -1);
  const channel = names.length === 1 ? 0 : chosen() === "" ? -1 : Number(chosen());
  return pick(channel, cohort);
};
const choose = () => views.get("payback")?.data("curves", current()).runAsync();
// A cohort is kept for some channels only; the others rest while it is chosen.
const offer = () => {
  const cohort = Number(select?.value ?? -1);
  const have = new Set(curves.channel.filter((_, i) => curves.cohort[i] === cohort));
  for (const input of document.querySelectorAll('input[name="curve"]')) {
    input.disabled = input.value !== "" && !have.has(Number(input.value));
    if (input.disabled && input.checked) document.querySelector('input[name="curve"][value=""]').checked = true;
  }
};
for (const input of document.querySelectorAll('input[name="curve"]')) input.addEventListener("change", choose);
select?.addEventListener("change", () => {
  offer();
  choose();
});
addEventListener("resize", () => {
  for (const view of views.values()) view?.resize().runAsync();
});
