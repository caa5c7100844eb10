// The session, from its questions to its summary; what is shown follows the server's state.
import { announce, h } from "./dom.js";
import { form } from "./forms.js";
import * as link from "./link.js";
import { Live } from "./live.js";
import { SetUp } from "./setup.js";

export async function open(page) {
  const element = h("div.session");
  let view = null, key = "";

  function show(state) {
    const now = which(state);
    if (now === key && view?.update) return view.update(state);
    if (now === key) return;
    const moved = key !== "";
    view?.leave?.();
    key = now;
    document.body.dataset.mode = state?.mode || "idle";
    view = made(state, page);
    element.replaceChildren(...[].concat(view.element).filter(Boolean));
    if (moved) { const head = element.querySelector("h1"); head?.setAttribute("tabindex", "-1"); head?.focus({ preventScroll: true }); scrollTo(0, 0); }
  }
  const stop = link.on("state", show);
  show(link.state);
  return { element, leave: () => { stop(); view?.leave?.(); delete document.body.dataset.mode; } };
}

/** What tells one view from the next: the same view is updated, another one is made. */
function which(state) {
  if (!state) return "wait";
  if (state.elsewhere) return "elsewhere";
  if (state.mode === "asking") return `asking ${state.form?.questions.map((q) => q.key)}`;
  return state.mode;
}

function made(state, page) {
  if (!state) return { element: h("p.wait", "One moment.") };
  if (state.elsewhere) return elsewhere();
  const makes = { asking, opening, setup: () => new SetUp(state), live: () => new Live(state), done };
  return (makes[state.mode] || page.idle || idle)(state, page);
}

const idle = () => ({ element: [h("h1", "No session is on"), h("p", "Begin one from ", h("a", { href: "/" }, "today's page"), ", or try a drill from ", h("a", { href: "/drills" }, "the drills"), ".")] });

const elsewhere = () => ({ element: [
  h("h1", "In use elsewhere"),
  h("p.lead", "A session is on in another window of this browser or on another screen. Only one can steer it."),
  h("button.big", { type: "button", onclick: () => link.send("take") }, "Go on here"),
] });

const opening = (state) => ({ element: [h("h1", state.what?.title || "formcheck"), told(state), h("p.wait", "Opening the camera. This takes a few seconds.")] });

/** Lines that lead to a question or tell its outcome. */
function told(state, but = []) {
  return state.told.filter((one) => !but.includes(one.about)).map((one) => {
    const lines = one.lines.map((line) => line.trim());
    if (one.about === "not_now" || one.about === "ease_off") return h("p.stop", { role: "alert" }, lines.join(" "));
    if (one.about === "today") return h("section.planned", h("h2", lines[0]), h("ul", lines.slice(1).map((line) => h("li", line))));
    return h("div.told", lines.map((line) => h("p", line)));
  });
}

const HEADS = {
  safety: ["Before you start", "Continue"],
  fact: ["About you", "Continue"],
  next_day: ["How did the last session feel?", "Continue"],
  go_on: ["Go on with it?", "Continue"],
  "pain.before": ["How is it now?", "To the camera"],
  "pain.after": ["How did it feel?", "Keep"],
  "pain.leg": ["How did it feel?", "Keep"],
};

function asking(state, { title }) {
  const { questions } = state.form, first = questions[0].key;
  const [head, button] = HEADS[first] || HEADS[first.split(".")[0]] || ["A question", "Continue"];
  title(head);
  const after = first.startsWith("pain.") && first !== "pain.before";
  const leave = () => link.send("end");
  announce(head);
  return { element: [
    h("h1", head),
    after ? h("p.lead", "Answer when you are up. There is no hurry.") : null,
    told(state),
    form(questions, button, (answers) => link.send("answers", answers)),
    h("p", h("button.quiet", { type: "button", onclick: leave }, after ? "Leave without an answer" : "Not today")),
  ].flat() };
}

function done(state, { go, title, idle: phone }) {
  const { status, lines, error, saved, problem, how, sets } = state.done;
  const head = status === "not_now" ? "Not today" : status === "failed" ? "It did not work" : sets ? "Well done" : "Ended";
  title(head);
  const kept = status === "failed" || status === "not_now" ? null
    : !sets ? "No set was done." : saved ? "What was done is in your diary." : `Not saved: ${problem}. It is lost when formcheck ends.`;
  announce([head, kept, error].filter(Boolean).join(". "));
  return { element: [
    h("h1", head),
    error ? h("p.problem", { role: "alert" }, error) : null,
    how === "lost" ? h("p", "The camera went away. The set so far was kept.") : null,
    told(state, ["today", "before"]),
    lines?.length ? h("ul.summary", lines.map((line) => h("li", line.trim()))) : null,
    kept ? h(!sets ? "p.lead" : saved ? "p.kept" : "p.problem", kept) : null,
    state.warnings.length ? h("details", h("summary", "What else was noticed"), h("ul", state.warnings.map((line) => h("li", line)))) : null,
    status === "failed" && !phone ? h("p", "Another camera can be chosen in the ", h("a", { href: "/settings" }, "settings"), ".") : null,
    h("p.actions", h("button.big", { type: "button", onclick: () => { link.send("seen"); go("/"); } }, phone ? "Close this" : "Back to today"),
      sets && !phone ? h("button", { type: "button", onclick: () => { link.send("seen"); go("/diary"); } }, "To the diary") : null),
  ].flat() };
}
