// The diary: days, trends, left and right, pain; the report, the export, and forgetting.
import { ask, h, s } from "./dom.js";

export async function open({ go }) {
  const diary = await ask("/api/diary");
  const session = new URLSearchParams(location.search).get("session");
  if (session !== null) return report(session);
  if (!diary.sessions.length) return { element: [h("h1", "Diary"), h("p.lead", "Nothing yet. What you do is kept here, in a file on your own disk."), h("p", h("a.button", { href: "/" }, "To today"))] };
  return { element: [
    h("h1", "Diary"),
    h("p.lead", `This week ${diary.week.days} of ${diary.week.of} days. ${diary.week.full ? `Weeks with ${diary.week.of} days: ${diary.week.full}.` : "A walk counts."}`),
    h("section", h("h2", "Days"), h("ul.sessions", diary.sessions.map(entry))),
    diary.drills.length ? h("section", h("h2", "Drills"), h("ul.cards", diary.drills.map(drill))) : null,
    diary.pain.length ? pain(diary.pain) : null,
    h("section", h("h2", "Take it with you"), h("p.actions",
      h("a.button", { href: "/diary?session=" }, "Report of everything"),
      h("a.button", { href: "/api/export?kind=json", download: "" }, "Export as JSON"),
      h("a.button", { href: "/api/export?kind=csv", download: "" }, "Export as tables"))),
    forget(diary, go),
  ].filter(Boolean) };
}

const day = (text) => new Date(`${text}T12:00`).toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "long" });

const entry = (one) => h("li", h("span.when", day(one.day)), h("span.what", one.what, one.early ? " (ended early)" : "", one.notes.map((text) => h("span.note", text))),
  one.sets ? h("a", { href: `/diary?session=${one.id}`, "aria-label": `Report of ${day(one.day)}` }, "Report") : null);

function drill(one) {
  return h("li.card", h("h3", one.title), h("p.why", one.did), one.trend.length > 1 ? trend(one) : null,
    one.left && one.right ? h("p", `Form left ${one.left}, right ${one.right}.`) : null,
    one.most.length ? h("p", `Seen most: ${one.most.join(", ")}.`) : null);
}

/** Form by day, a line for each side. */
function trend(one) {
  const days = [...new Set(one.trend.map(([day]) => day))].sort(), first = Date.parse(days[0]), span = Math.max(864e5, Date.parse(days.at(-1)) - first);
  const x = (day) => 8 + 284 * (Date.parse(day) - first) / span, y = (score) => 92 - 0.84 * score;
  const sides = [...new Set(one.trend.map(([, side]) => side))];
  const lines = sides.flatMap((side) => {
    const points = one.trend.filter((row) => row[1] === side).map(([day, , score]) => [x(day), y(score)]);
    return [s("polyline", { points: points.join(" "), class: `trend ${side}` }), ...points.map(([cx, cy]) => s("circle", { cx, cy, r: 4, class: `trend ${side}` }))];
  });
  const words = sides.map((side) => `${side || "form"} ${one.trend.filter((row) => row[1] === side).map((row) => row[2]).join(", ")}`).join("; ");
  return h("figure.plot", s("svg", { viewBox: "0 0 300 100", role: "img", "aria-label": `Form by day, 0 to 100: ${words}` }, s("line", { x1: 8, x2: 292, y1: y(80), y2: y(80), class: "mark" }), ...lines),
    h("figcaption", `Form by day; the line is at 80.${sides.includes("left") ? " Solid is left, dashed is right." : ""}`));
}

function pain(rows) {
  const cell = (value) => h("td", value === null ? "–" : String(value));
  return h("section", h("h2", "Your pain diary"), h("p", "Your own numbers, 0 (none) to 10 (worst). They are used only to hold back the dose."),
    h("div.wide", { tabindex: "0", role: "region", "aria-label": "Pain diary" }, h("table", h("thead", h("tr", ["Day", "Before", "Right after", "Next day", "Light"].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", rows.map((row) => h("tr", h("th", { scope: "row" }, day(row.day)), cell(row.before), cell(row.after), cell(row.next), h("td", row.light)))))));
}

function report(session) {
  const frame = h("iframe.report", { src: `/api/report?session=${encodeURIComponent(session)}`, title: "The report" });
  return { element: [h("p.back", h("a", { href: "/diary" }, "Back to the diary")), h("h1", "Report"),
    h("p.actions", h("button", { type: "button", onclick: () => frame.contentWindow.print() }, "Print"), h("a.button", { href: frame.getAttribute("src"), download: "formcheck-report.html" }, "Save")), frame] };
}

function forget(diary, go) {
  const said = h("p.said", { role: "status" });
  const days = h("select", { id: "day" }, [...new Set(diary.sessions.map((one) => one.day))].map((value) => h("option", { value }, day(value))));
  const drills = h("select", { id: "drill" }, diary.drills.map((one) => h("option", { value: one.name }, one.title)));
  const remove = (what, json) => {
    const button = h("button.danger", { type: "button", onclick: async () => {
      if (!button.dataset.sure) { button.dataset.sure = "yes"; button.textContent = "Really delete for good?"; setTimeout(() => { delete button.dataset.sure; button.textContent = what; }, 5000); return; }
      try { said.textContent = (await ask("/api/forget", { json: json() })).said; setTimeout(() => go("/diary"), 1500); } catch (error) { said.textContent = error.message; }
    } }, what);
    return button;
  };
  return h("section.forget", h("h2", "Delete"), h("p", `The diary is one file on your own disk: ${diary.where}. What you delete leaves no trace in it. Exports are yours to delete.`),
    h("div.row", h("div", h("label", { for: "day" }, "A day"), h("div.line", days, remove("Delete the day", () => ({ day: days.value })))),
      diary.drills.length ? h("div", h("label", { for: "drill" }, "A drill, on every day"), h("div.line", drills, remove("Delete the drill", () => ({ drill: drills.value })))) : null),
    h("p", remove("Delete everything", () => ({ all: true }))), said);
}
