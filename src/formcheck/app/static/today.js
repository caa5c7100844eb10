// What is due today and why.
import { ask, h, problem } from "./dom.js";
import { figure } from "./figure.js";
import * as link from "./link.js";

export async function open({ go }) {
  const plan = new URLSearchParams(location.search).get("plan") || "";
  const day = await ask(`/api/today?plan=${encodeURIComponent(plan)}`);
  const warm = h("input", { type: "checkbox" }), whole = h("input", { type: "checkbox" });
  const start = () => link.send("start", { kind: "plan", name: day.plan.name, warm: warm.checked, whole: whole.checked });
  return {
    element: [
      h("p.day", day.day),
      h("h1", day.plan.title),
      day.elsewhere.length ? problem("formcheck is in use elsewhere: another formcheck has a session on. Both would be recorded, each as its own.") : null,
      day.problem ? problem(`Your diary is in memory only: ${day.problem}`) : null,
      day.done ? h("p.lead", "Today's session is done. Tomorrow you are asked how it felt.") : lead(day),
      day.drills.length && !day.done ? drills(day) : null,
      day.notes.map((text) => h("p", text)),
      day.drills.length && !day.done ? h("div.start",
        h("button.big", { type: "button", onclick: start }, day.first ? "Begin" : "Start"),
        h("div.ticks",
          day.warm_up_min ? h("label", warm, ` I am warm already (else ${day.warm_up_min} minutes first)`) : null,
          h("label", whole, " The full dose of the plan, without a small start"))) : null,
      more(day),
      week(day.week),
      walk(day),
      plans(day, go),
    ].flat().filter(Boolean),
  };
}

function lead(day) {
  if (day.cut_off) return h("p.lead", "The last session was cut off. What was done is kept; you can go on with it.");
  if (!day.drills.length) return h("p.lead", day.rests ? "No drills today." : "Nothing is due today.");
  if (day.first) return h("p.lead", "First a few questions about your health, then the camera is set up, then you begin. Your answers are not kept.");
  const asks = [day.asks_yesterday && "how the last session felt", day.asks && "the safety questions"].filter(Boolean);
  return h("p.lead", asks.length ? `First you are asked ${asks.join(" and ")}.` : day.plan.about);
}

const drills = (day) => h("ul.due", day.drills.map((drill) => h("li.card",
  figure(drill.name),
  h("div", h("h2", drill.title, drill.variant ? ` (${drill.variant})` : ""), h("p.dose", drill.dose), h("p.why", drill.why)))));

function more(day) {
  if (!day.locked.length && !day.later.length) return null;
  return h("section.more", h("h2", "Not today"),
    h("ul", day.locked.map((one) => h("li", h("b", one.title), `: ${one.why}`)),
      day.later.length ? h("li", h("b", "Later"), `: ${day.later.join(", ")}. One new drill at a time.`) : null));
}

function week(count) {
  const dots = Array.from({ length: Math.max(count.of, count.days) }, (_, n) => h(n < count.days ? "span.dot.full" : "span.dot", { "aria-hidden": "true" }));
  const weeks = count.full ? ` Weeks with ${count.of} days so far: ${count.full}.` : "";
  return h("section.week", h("h2", "This week"), h("p", h("span.dots", dots), ` ${count.days} of ${count.of} days. A walk counts.${weeks}`));
}

function walk(day) {
  const minutes = h("input", { type: "number", min: "1", max: "1440", inputmode: "numeric", id: "minutes", required: true });
  const text = h("input", { type: "text", maxlength: "500", id: "note" });
  const said = h("p.said", { role: "status" });
  const keep = (json, done) => async (event) => {
    event.preventDefault();
    try { await ask("/api/note", { json: json() }); said.textContent = done; event.target.reset(); } catch (error) { said.textContent = error.message; }
  };
  const planned = day.walk_min ? ` Planned: ${day.walk_min} minutes.` : "";
  return h("section.walk", h("h2", "Write down"),
    h("div.row",
      h("form", { onsubmit: keep(() => ({ walked: Number(minutes.value) }), "Noted.") }, h("label", { for: "minutes" }, `A walk, in minutes.${planned}`), h("div.line", minutes, h("button", "Keep"))),
      h("form", { onsubmit: keep(() => ({ note: text.value }), "Noted.") }, h("label", { for: "note" }, "Something in your own words"), h("div.line", text, h("button", "Keep")))),
    said);
}

function plans(day, go) {
  const others = day.plans.filter((plan) => plan.name !== day.plan.name);
  const select = h("select", { id: "plan", onchange: (event) => event.target.value && go(`/?plan=${encodeURIComponent(event.target.value)}`) },
    h("option", { value: "" }, day.plan.title), others.map((plan) => h("option", { value: plan.name }, plan.title)));
  return h("p.other", h("label", { for: "plan" }, "Plan "), select);
}
