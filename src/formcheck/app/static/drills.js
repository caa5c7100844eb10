// The drills as cards; the plans, and a plan of one's own.
import { ask, fresh, h } from "./dom.js";
import { figure } from "./figure.js";
import * as link from "./link.js";

export async function open({ title }) {
  const name = new URLSearchParams(location.search).get("drill");
  if (name) return one(name, title);
  const { drills } = await ask("/api/drills");
  return { element: [
    h("h1", "Drills"),
    h("p.lead", "What each one is, where the camera goes, and what it cannot see."),
    h("p", h("a.button", { href: "/plans" }, "Plans, and one of your own")),
    h("ul.cards", drills.map((drill) => h("li.card",
      figure(drill.name),
      h("h2", h("a", { href: `/drills?drill=${drill.name}` }, drill.title)),
      h("p.why", drill.summary),
      h("p.small", drill.kind === "hold" ? "Holds are timed." : "Repetitions are counted.")))),
  ] };
}

async function one(name, title) {
  const card = await ask(`/api/drills/${encodeURIComponent(name)}`);
  title(card.title);
  const start = (kind) => () => link.send("start", { kind, name });
  return { element: [
    h("p.back", h("a", { href: "/drills" }, "All drills")),
    h("h1", card.title),
    h("p.lead", card.summary),
    h("div.drill-card", h("div.side", figure(name),
      h("p.actions", h("button.big", { type: "button", onclick: start("drill") }, "Do it now"),
        h("button", { type: "button", onclick: start("setup") }, "Try the camera"))),
    h("div.card", card.parts.map((part) => h("section", h("h2", part.head), part.text ? h("p", part.text) : null,
      part.list.length ? h("ul", part.list.map((lines) => h("li", lines[0], lines.slice(1).map((line) => h("span.more-line", line))))) : null)))),
  ] };
}

export async function openPlans({ go }) {
  const [{ plans }, { drills }] = await Promise.all([ask("/api/plans"), ask("/api/drills")]);
  return { element: [
    h("h1", "Plans"),
    h("ul.plans", plans.map((plan) => h("li.card",
      h("h2", plan.title, plan.own ? h("span.tag", "your own") : null),
      plan.problem ? h("p.problem", plan.problem) : h("div",
        h("p.why", plan.about),
        h("ul", plan.drills.map((drill) => h("li", `${drill.title}: ${drill.dose}`))),
        h("p", h("a.button", { href: `/?plan=${encodeURIComponent(plan.name)}` }, "Take it"))),
    ))),
    own(drills, go),
  ] };
}

function own(drills, go) {
  const rows = h("ol.rows"), wrong = h("p.problem", { role: "alert" });
  const name = h("input", { type: "text", id: "plan-title", maxlength: "60", required: true });
  const warm = number("warm-up", 5, 0, 60), walk = number("walk", 0, 0, 240);
  const add = h("select", { id: "add" }, drills.map((drill) => h("option", { value: drill.name }, drill.title)));
  const chosen = [];
  function take() {
    const drill = drills.find((one) => one.name === add.value);
    if (chosen.some((one) => one.drill.name === drill.name)) { wrong.textContent = `${drill.title} is in the plan already.`; return; }
    wrong.textContent = "";
    const row = { drill, sets: number("sets", drill.asked.sets, 1, 20), both: h("input", { type: "checkbox" }) };
    if (drill.asked.reps || drill.kind === "reps") row.reps = number("reps", drill.asked.reps || 10, 1, 200);
    if (drill.asked.hold_s || drill.kind === "hold") row.hold = number("hold", drill.asked.hold_s || 10, 0.5, 600, "any");
    row.element = h("li.card", h("h3", drill.title), h("div.doses",
      labelled("Sets", row.sets), row.reps ? labelled("Times", row.reps) : null, row.hold ? labelled("Seconds held", row.hold) : null,
      drill.sides === "none" ? null : h("label", row.both, "Both sides"),
      h("button.quiet", { type: "button", "aria-label": `Leave out ${drill.title}`, onclick: () => { chosen.splice(chosen.indexOf(row), 1); row.element.remove(); } }, "Leave out")));
    chosen.push(row);
    rows.append(row.element);
  }
  async function keep(event) {
    event.preventDefault();
    if (!chosen.length) { wrong.textContent = "A plan needs at least one drill."; return; }
    const said = { title: name.value, warm_up_min: Number(warm.value), walk_min: Number(walk.value), drills: chosen.map((row) => ({
      name: row.drill.name, sets: Number(row.sets.value), reps: row.reps ? Number(row.reps.value) : null,
      hold_s: row.hold ? Number(row.hold.value) : null, both: row.both.checked, rest_s: Number(row.sets.value) > 1 ? 30 : null,
    })) };
    try { go(`/?plan=${encodeURIComponent((await ask("/api/plans", { json: said })).name)}`); } catch (error) { wrong.textContent = error.message; }
  }
  return h("section.own", h("h2", "A plan of your own"), h("form", { onsubmit: keep },
    h("div.doses", h("div", h("label", { for: "plan-title" }, "Its name"), name), labelled("Minutes of warming up", warm), labelled("Minutes of walking", walk)),
    rows, h("div.doses", h("div", h("label", { for: "add" }, "Drill"), add), h("button", { type: "button", onclick: take }, "Add it")), wrong, h("button.big", "Keep the plan")));
}

const number = (stem, value, min, max, step = "1") => h("input", { type: "number", id: fresh(stem), value: String(value), min: String(min), max: String(max), step, required: true });
const labelled = (text, input) => h("div", h("label", { for: input.id }, text), input);
