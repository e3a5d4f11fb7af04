// What if: other targets, and what each channel may then cost. The run's own answers stay as they
// are until a target is moved, and come back with it.
const form = document.getElementById("whatif");
if (form) {
  const { words, whatIf, language, currency } = JSON.parse(document.getElementById("page-data").textContent);
  const byId = (id) => document.getElementById(id);
  const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const plain = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const money = (value) => {
    const digits = Math.abs(value) >= 1000 ? 0 : 2;
    const style = currency ? { style: "currency", currency, currencyDisplay: "symbol" } : {};
    return new Intl.NumberFormat(language, {
      ...style, minimumFractionDigits: digits, maximumFractionDigits: digits,
    }).format(value);
  };
  const [ratio, months, cautious] = ["whatif-ratio", "whatif-months", "whatif-cautious"].map(byId);
  const rows = [...byId("channel-table").tBodies[0].rows];
  const cells = rows.map((row) => ({
    allowable: row.querySelector(".allowable"),
    verdict: row.querySelector(".pill b"),
    sign: row.querySelector(".pill i"),
    pill: row.querySelector(".pill"),
    why: row.querySelector(".why"),
    target: row.querySelector(".bar-target"),
  }));
  const first = cells.map((cell) => ({
    allowable: cell.allowable.textContent,
    verdict: cell.verdict.textContent,
    sign: cell.sign.textContent,
    pill: cell.pill.className,
    why: cell.why.textContent,
    target: cell.target?.style.left,
  }));
  const signs = { raise: "▲", hold: "■", cut: "▼", cannot_tell: "?" };
  const start = { ratio: ratio.value, months: months.value };

  // Margin collected by a month: the last point of the curve up to it, none when it ends earlier.
  const collected = (curve, month, low) => {
    const upTo = curve.filter(([age]) => age <= month);
    const point = upTo.at(-1);
    if (!point || point[0] < month) return null;
    return point[low ? 2 : 1];
  };
  const answer = (channel, target, month, careful) => {
    const [ltv, low, high] = channel.ltv;
    const worth = careful ? low : ltv;
    const limits = [worth == null ? null : worth / target];
    const inTime = month == null ? null : collected(channel.curve, month, careful);
    if (month != null) limits.push(inTime);
    const known = limits.filter((limit) => limit != null);
    const allowable = known.length ? Math.max(0, Math.min(...known)) : null;
    const [, lowest, highest] = channel.ratio;
    let verdict = "cannot_tell";
    if (lowest != null && highest != null) {
      const late = inTime != null && channel.cac != null && inTime < channel.cac;
      if (highest < target) verdict = "cut";
      else if (lowest >= target) verdict = late ? "hold" : "raise";
    }
    return { allowable, verdict, inTime };
  };

  const update = () => {
    const target = Number(ratio.value);
    const month = Number(months.value) >= Number(months.max) && whatIf.months == null ? null : Number(months.value);
    form.querySelector('output[for="whatif-ratio"]').textContent = plain.format(target);
    form.querySelector('output[for="whatif-months"]').textContent =
      month == null ? words["whatif.any_month"] : new Intl.NumberFormat(language).format(month);
    const moved = ratio.value !== start.ratio || months.value !== start.months || cautious.checked;
    let changes = 0;
    cells.forEach((cell, i) => {
      const channel = whatIf.channels[i];
      const was = first[i];
      cell.allowable.classList.toggle("changed", moved);
      if (!moved) {
        cell.allowable.textContent = was.allowable;
        cell.verdict.textContent = was.verdict;
        cell.sign.textContent = was.sign;
        cell.pill.className = was.pill;
        cell.why.textContent = was.why;
        cell.pill.parentElement.classList.remove("changed");
        if (cell.target) cell.target.style.left = was.target;
        return;
      }
      const now = answer(channel, target, month, cautious.checked);
      cell.allowable.textContent = now.allowable == null ? "–" : money(now.allowable);
      cell.verdict.textContent = words[`channels.${now.verdict}`];
      cell.sign.textContent = signs[now.verdict];
      cell.pill.className = `pill pill-${now.verdict}`;
      const different = cell.verdict.textContent !== was.verdict;
      cell.pill.parentElement.classList.toggle("changed", different);
      if (different) changes += 1;
      const said = [];
      if (different) said.push(say("whatif.was", { verdict: was.verdict }));
      const [, low, high] = channel.ratio;
      if (low != null && high != null) {
        said.push(say("whatif.now_why", { low: plain.format(low), high: plain.format(high), target: plain.format(target) }));
      }
      cell.why.textContent = said.join(" · ");
      if (cell.target && high > 0) {
        const end = Math.max(high, whatIf.ratio) * 1.125;
        cell.target.style.left = `${Math.min(target / end, 1) * 100}%`;
      }
    });
    byId("whatif-said").textContent = moved ? say("whatif.changed", { n: changes }) : words["whatif.as_run"];
  };
  form.addEventListener("input", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  byId("whatif-reset").addEventListener("click", () => {
    ratio.value = start.ratio;
    months.value = start.months;
    cautious.checked = false;
    update();
  });
  update();
}
