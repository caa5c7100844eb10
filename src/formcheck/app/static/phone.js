// A telephone as camera and screen: allowed once by a tap, on only while the computer wants pictures.
import { h } from "./dom.js";
import { local } from "./canvas.js";
import * as link from "./link.js";
import { apply } from "./look.js";
import { Sender } from "./sender.js";
import { open } from "./session.js";
import { Mouth } from "./speak.js";

const main = document.getElementById("main"), notices = document.getElementById("notices");
const sender = new Sender(), mouth = new Mouth();
let allowed = false, wanted = false, failed = "", over = "", doing = Promise.resolve();
local.turn = Number(sessionStorage.getItem("turn")) || 0;
local.video = sender.video;

function notice() {
  const text = over || failed || (!link.connected && link.state ? "The computer does not answer. What was done so far is kept; this page goes on by itself when the computer is back." : "");
  notices.replaceChildren(...(text ? [h("p.notice", { role: "alert" }, text)] : []));
}

/** The person taps once: for the camera, the voice, and a screen that stays on. */
async function allow() {
  try {
    await sender.start();
    if (!wanted) sender.stop();
  } catch (error) {
    failed = error.name === "NotAllowedError" ? "This browser may not use the camera. Allow it in the settings of this page, and tap again."
      : `The camera does not start (${error.message || error.name}). Close other apps that use it, and tap again.`;
    return notice();
  }
  failed = "";
  mouth.unlock();
  allowed = true;
  awake();
  tell();
  const session = await open({ go: () => {}, title: (text) => { document.title = `${text} · formcheck`; }, idle: ready });
  main.replaceChildren(session.element, controls());
  notice();
}

async function awake() {
  if (allowed && document.visibilityState === "visible") await navigator.wakeLock?.request("screen").catch(() => null);
}

function tell() {
  if (!allowed) return;
  link.send("turn", local.turn);
  link.send("speaks", mouth.on);
  link.send("ready", true);
}

const ready = () => ({ element: [
  h("h1", "Ready"),
  h("p.lead", "This telephone is the camera now. It is off until a session wants it."),
  h("p", "Put it where the drill says, so that it sees you whole. Then begin on the computer."),
] });

function controls() {
  const turn = () => { local.turn = (local.turn + 90) % 360; sessionStorage.setItem("turn", local.turn); link.send("turn", local.turn); };
  const other = async () => { try { await sender.other(); } catch { failed = "The other camera does not start."; notice(); } };
  const speaks = h("button", { type: "button", "aria-pressed": String(mouth.on), onclick: () => { mouth.on = !mouth.on; if (mouth.on) mouth.unlock(); speaks.setAttribute("aria-pressed", String(mouth.on)); link.send("speaks", mouth.on); } }, "Speak here");
  const no = h("p.fine", { hidden: true }, "This telephone has no English voice of its own, so the computer speaks.");
  mouth.found((can) => { speaks.hidden = !can; no.hidden = can; });
  return h("div.phone-controls", h("button", { type: "button", onclick: turn }, "Turn the picture"), h("button", { type: "button", onclick: other }, "Other camera"), speaks, no);
}

function start() {
  main.replaceChildren(
    h("h1", "Use this telephone"),
    h("p.lead", "It becomes camera and screen of formcheck on your computer."),
    h("p", "Its pictures go to your computer and nowhere else. They are judged and forgotten."),
    h("p.actions", h("button.big", { type: "button", onclick: allow }, "Use the camera")),
  );
}

link.on("state", (state) => { document.getElementById("camera").hidden = !(wanted && state.camera); document.body.dataset.mode = state.mode; notice(); });
/** The camera on or off, as the computer wants it last; one after the other, as it takes a while. */
function follow() {
  doing = doing.then(() => (allowed && wanted ? sender.start() : sender.stop())).catch(() => { failed = "The camera does not start. Load this page again."; notice(); });
}
link.on("wanted", (on) => { wanted = on; if (allowed) follow(); });
link.on("got", (number) => sender.got(number));
link.on("say", (text) => mouth.say(text));
link.on("bye", (why) => { over = why; sender.stop(); notice(); });
link.on("link", (on) => { if (on) tell(); else { wanted = false; follow(); } notice(); });
document.addEventListener("visibilitychange", awake);
screen.orientation?.addEventListener?.("change", () => { if (allowed) link.send("turn", local.turn); });
apply();
start();
link.connect();
