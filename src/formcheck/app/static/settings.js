// Settings, and what is kept and where.
import { ask, fresh, h } from "./dom.js";
import { choose, chosen, SIZES, THEMES } from "./look.js";

export async function open() {
  const said = await ask("/api/settings"), told = h("p.said", { role: "status" });
  const keep = async (json) => { try { await ask("/api/settings", { json }); told.textContent = "Kept. It holds from the next session on."; } catch (error) { told.textContent = error.message; } };
  const tick = (text, key) => h("label.tick", h("input", { type: "checkbox", checked: said[key], onchange: (event) => keep({ [key]: event.target.checked }) }), text);
  const pick = (head, what, options) => { const name = fresh(what); return h("fieldset.question", h("legend", head), h("div.picks", options.map(([value, text]) => h("label.pick", h("input", { type: "radio", name, checked: chosen(what) === value, onchange: () => choose(what, value) }), h("span", text))))); };
  const camera = h("input", { type: "text", id: "camera-source", value: said.source });
  return { element: [
    h("h1", "Settings"),
    h("section", h("h2", "Sound and camera"), tick("Speak the count and the cues", "voice"), tick("Show me as a mirror would", "mirror"),
      h("form", { onsubmit: (event) => { event.preventDefault(); keep({ source: camera.value }); } }, h("label", { for: "camera-source" }, "Camera: its number (0 is the first), a device or an address"), h("div.line", camera, h("button", "Keep"))), told),
    h("section", h("h2", "How this page looks"), pick("Size of the text", "size", SIZES), pick("Colours", "theme", THEMES)),
    h("section", h("h2", "Privacy"), h("p", "Nothing leaves this machine. There is no account, no upload and no usage data. Pictures are judged and forgotten; a recorded clip is forgotten when formcheck ends."),
      h("dl", ...[["Diary", said.diary], ["Settings", said.settings], ["Your own plans", said.plans], ["Your own drills", said.drills]].flatMap(([what, where]) => [h("dt", what), h("dd", h("code", where))])),
      h("p", "You can ", h("a", { href: "/diary" }, "look at the diary, take it with you, or delete it"), ". Answers to the safety questions are not kept, only that they were asked and whether all were no.")),
    h("section", h("h2", "End"), h("p", h("button", { type: "button", onclick: async (event) => { event.target.disabled = true; await ask("/api/leave", { method: "POST" }); told.textContent = ""; event.target.textContent = "formcheck has ended. You can close this window."; } }, "End formcheck"))),
  ] };
}
