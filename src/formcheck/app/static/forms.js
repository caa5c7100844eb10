// Questions of the session as a form: nothing is chosen before the person chooses.
import { fresh, h } from "./dom.js";

/** A form for these questions; `done` gets {key: answer}. */
export function form(questions, button, done) {
  const parts = questions.map((question) => part(question, () => look()));
  const wrong = h("p.problem", { role: "alert" });
  const send = h("button.big", button);
  const shown = () => {
    // After a yes that needs help today nobody should read on through a list.
    const at = parts.findIndex((one) => one.question.urgency === "now" && one.value() === true);
    return at < 0 ? parts : parts.slice(0, at + 1);
  };
  function look() {
    const now = shown();
    for (const one of parts) one.element.hidden = !now.includes(one);
    wrong.textContent = "";
  }
  const element = h("form.questions", {
    novalidate: true,
    onsubmit: (event) => {
      event.preventDefault();
      const open = shown().filter((one) => one.value() === undefined);
      const missing = open.find((one) => !one.question.optional);
      if (missing) {
        wrong.textContent = open.length > 1 ? "Please answer every question." : "One answer is missing.";
        missing.element.append(wrong);  // where the person is looking then
        missing.focus();
        return;
      }
      send.disabled = true;
      done(Object.fromEntries(shown().map((one) => [one.question.key, one.value() ?? null])));
    },
  }, parts.map((one) => one.element), wrong, send);
  return element;
}

function part(question, changed) {
  const name = fresh("q"), why = fresh("why");
  const choices = question.kind === "yes_no" ? [["No", false], ["Yes", true]]
    : question.kind === "level" ? Array.from({ length: 11 }, (_, n) => [String(n), n])
      : question.choices.map((choice) => [choice, choice]);
  const inputs = [];
  const picks = choices.map(([text, value]) => {
    const input = h("input", { type: "radio", name, onchange: changed });
    inputs.push([input, value]);
    return h("label.pick", input, h("span", text));
  });
  const level = question.kind === "level";
  const element = h("fieldset.question", { "aria-describedby": question.why ? why : null },
    h("legend", question.text),
    h(level ? "div.picks.scale" : "div.picks", picks),
    level ? h("p.ends", h("span", "0 none"), h("span", "10 worst")) : null,
    question.why ? h("p.why", { id: why }, question.why) : null);
  return {
    question, element,
    value: () => inputs.find(([input]) => input.checked)?.[1],
    focus: () => inputs[0][0].focus(),
  };
}
