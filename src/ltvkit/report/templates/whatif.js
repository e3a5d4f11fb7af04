// What if: other targets, and what each channel may then cost. The run's own answers stay as they
// are until a target is moved, and come back with it.
const form = document.getElementById("whatif");
if (form) {
  const { words, whatIf, language, currency, locale } = JSON.parse(document.getElementById("page-data").textContent);
  const byId = (id) => document.getElementById(id);
  const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const plain = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const share = new Intl.NumberFormat(language, { style: "percent" });
  const cents = currency
    ? new Intl.NumberFormat(language, { style: "currency", currency }).resolvedOptions().maximumFractionDigits
    : 2;
  const money = (value) => {
    const digits = Math.abs(value) >= 1000 ? 0 : cents;
    const number = new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    const [before, after] = locale.currency;  // as the rest of the page writes it
    return before + number.format(value) + after;
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
  const head = byId("ratio-target");
  const firstHead = head?.textContent;
  const start = { ratio: ratio.value, months: months.value };

  // Margin collected by a month, with its limits; nothing when the curve ends before.
  const collected = (curve, month) => curve.find(([months]) => months === month)?.slice(1) ?? null;
  const least = (values) => {
    const known = values.filter((value) => value != null && Number.isFinite(value));
    return known.length ? Math.min(...known) : null;
  };
  // Margin over cost with limits: both uncertainties, as if independent, on the scale of logarithms.
  const over = (margin, { cac, limits: [cheap, dear] }) => {
    const ratio = margin[0] / cac;
    const apart = (a, b) => (a > 0 && b > 0 ? Math.log(a / b) : 0);
    const down = Math.hypot(apart(margin[0], margin[1]), apart(dear, cac));
    const up = Math.hypot(apart(margin[2], margin[0]), apart(cac, cheap));
    return [ratio, margin[1] > 0 ? ratio * Math.exp(-down) : margin[1] / cac, ratio * Math.exp(up)];
  };
  // The verdict of economics.channel_verdict: read from the interval of allowable CAC over CAC.
  const atTarget = 0.1;
  const near = (low, high) => low >= 1 - atTarget && high <= 1 + atTarget;
  // A ratio below its target is none to cut by where more months may bring it there, but for the goal.
  const decide = (channel, low, high, allowable, target, inTime) => {
    if (low == null || high == null) return "cannot_tell";
    if (low >= 1) return atTheMargin(channel, allowable);
    if (high < 1 && !channel.own) return "hold";
    if (high < 1) return channel.later >= target && !(inTime < 1) ? "cannot_tell" : "cut";
    return near(low, high) ? "hold" : "cannot_tell";
  };
  // The next customer decides: allowable over marginal CAC, which moves with what commissions, paid
  // for each, leave of the allowable one.
  // Where the marginal CAC is not estimable, all that can be said is whether there is room for it.
  const atTheMargin = ({ own, estimable, elasticity: [least, most], next, allowed, left }, allowable) => {
    if (!own || (!estimable && least != null && least <= 0 && most < 1)) return "hold";
    if (next[0] == null || next[1] == null) return "cannot_tell";
    const now = Math.max(allowable - (allowed - left), 0);
    const [low, high] = next.map((limit) => limit * now / left);
    if (low >= 1) return "raise";
    return estimable && (high < 1 || near(low, high)) ? "hold" : "cannot_tell";
  };
  const answer = (channel, target, month, careful) => {
    const inTime = month == null ? null : collected(channel.curve, month);
    const allowed = [0, 1, 2].map((k) => least([
      channel.ltv[k] == null ? null : channel.ltv[k] / target,
      inTime && inTime[k] != null ? inTime[k] : null,
    ]));
    const back = inTime && channel.cac > 0 ? over(inTime, channel) : [];
    const room = [0, 1, 2].map((k) => least([
      channel.ratio[k] == null ? null : channel.ratio[k] / target, back[k],
    ]));
    const allowable = allowed[0] == null ? null : Math.max(0, allowed[careful ? 1 : 0] ?? allowed[0]);
    return { allowable, inTime, verdict: decide(channel, room[1], room[2], allowed[0], target, back[2]) };
  };

  const update = () => {
    // Sliders have steps, targets need not.
    const target = ratio.value === start.ratio ? whatIf.ratio : Number(ratio.value);
    const month = months.value === start.months ? whatIf.months : Number(months.value);
    form.querySelector('output[for="whatif-ratio"]').textContent = plain.format(target);
    form.querySelector('output[for="whatif-months"]').textContent =
      month == null ? words["whatif.any_month"] : new Intl.NumberFormat(language).format(month);
    const moved = ratio.value !== start.ratio || months.value !== start.months || cautious.checked;
    if (head) head.textContent = moved ? say("channels.target", { target: plain.format(target) }) : firstHead;
    for (const mark of document.querySelectorAll(".at-run")) mark.hidden = !moved;
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
      if (now.inTime && channel.cac > 0 && now.inTime[1] != null) {
        said.push(say("whatif.by_month", {
          month, low: share.format(now.inTime[1] / channel.cac), high: share.format(now.inTime[2] / channel.cac),
        }));
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
