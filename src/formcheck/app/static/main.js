// The shell: addresses to pages, the sign that the camera is on, and what is said above a page.
import { announce, h } from "./dom.js";
import * as link from "./link.js";
import { apply } from "./look.js";
import * as clip from "./clip.js";
import * as diary from "./diary.js";
import * as drills from "./drills.js";
import * as label from "./label.js";
import * as session from "./session.js";
import * as settings from "./settings.js";
import * as telephone from "./telephone.js";
import * as today from "./today.js";

const labels = "labels" in document.body.dataset;
const PAGES = [
  ["/", "Today", today],
  ["/drills", "Drills", drills],
  ["/diary", "Diary", diary],
  ["/clip", "Recorded clip", clip],
  ...(labels ? [["/label", "Label", label]] : []),
  ["/settings", "Settings", settings],
  ["/phone", "Telephone", telephone],
  ["/plans", "", { open: drills.openPlans }],
  ["/session", "", session],
];
const main = document.getElementById("main"), notices = document.getElementById("notices");
let current = null, path = "", failed = "";

/** Go to a page of ours. */
export function go(to) {
  if (to !== location.pathname + location.search) history.pushState(null, "", to);
  show(true);
}

async function show(moved) {
  const [address, title, page] = PAGES.find(([address]) => address === location.pathname) || PAGES[0];
  if (current && address === path && !moved) return;
  current?.leave?.();
  path = address;
  failed = "";
  current = { page };
  const mine = current;
  for (const anchor of document.querySelectorAll("#nav a")) {
    if (anchor.getAttribute("href") === address) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
  document.body.dataset.page = address.slice(1) || "today";
  document.title = title ? `${title} · formcheck` : "formcheck";
  main.replaceChildren(h("p.wait", "One moment."));
  try {
    const made = await page.open({ go, main, title: (text) => { document.title = `${text} · formcheck`; } });
    if (mine !== current) { made.leave?.(); return; }
    Object.assign(mine, made);
    main.replaceChildren(...[].concat(made.element).filter(Boolean));
  } catch (error) {
    if (mine === current) main.replaceChildren(h("h1", title || "formcheck"), h("p.problem", { role: "alert" }, error.message));
  }
  if (moved) { main.focus({ preventScroll: true }); scrollTo(0, 0); announce(document.title.split(" · ")[0]); }
}

function notice() {
  const found = [], { state } = link;
  if (!link.connected && state) found.push(h("p.notice", { role: "alert" }, "formcheck does not answer. What was done so far is kept. If it was ended, start it again; this page then goes on by itself."));
  if (failed) found.push(h("p.notice", { role: "alert" }, failed));
  if (state && state.mode !== "idle" && path !== "/session" && state.mode !== "done") {
    found.push(h("p.notice", state.elsewhere ? "formcheck is in use elsewhere: a session is on in another window. " : "A session is on. ", h("a", { href: "/session" }, "Go to it")));
  }
  notices.replaceChildren(...found);
}

document.getElementById("nav").append(...PAGES.filter(([, title]) => title).map(([address, title]) => h("li", { id: `to-${title.toLowerCase().replaceAll(" ", "-")}` }, h("a", { href: address }, title))));
document.getElementById("to-telephone").hidden = true;
document.addEventListener("click", (event) => {
  const anchor = event.target.closest?.("a[href^='/']");
  if (!anchor || anchor.target || anchor.hasAttribute("download") || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(anchor.getAttribute("href"));
});
addEventListener("popstate", () => show(true));
let before = "idle";
link.on("state", (state) => {
  document.getElementById("camera").hidden = !state.camera;
  document.getElementById("to-telephone").hidden = !state.phone;
  if (before === "idle" && !["idle", "done"].includes(state.mode) && !state.elsewhere) go("/session");
  before = state.mode;
  notice();
});
link.on("link", notice);
link.on("error", (text) => { failed = text; notice(); });
apply();
show(false);
link.connect();
