// Labelling clips: marks by keys, drafts kept at once, the label written when it holds together.
import { announce, ask, h, problem, s } from "./dom.js";

/** Remembered by this browser: whether single keys do anything (WCAG 2.1.4). */
const KEYS = "formcheck.label.keys";
const WIDE = 1000, HIGH = 150;
const COMPLETE = [[true, "whole"], [false, "part"], [null, "cannot tell"]];
const seconds = (t) => (t === null || t === undefined ? "–" : t.toFixed(2));

export async function open() {
  const element = h("div.label");
  let overview = await ask("/api/label");
  let clip = null, over = false, painting = 0;
  const keyed = h("input", { type: "checkbox", checked: localStorage.getItem(KEYS) !== "off", onchange: keysChange });
  const switched = h("label.switch", keyed, "Shortcuts by single keys");
  function keysChange() {
    try { localStorage.setItem(KEYS, keyed.checked ? "on" : "off"); } catch { /* not remembered */ }
    element.classList.toggle("no-keys", !keyed.checked);
    clip?.show();
  }
  element.classList.toggle("no-keys", !keyed.checked);

  function list() {
    const done = overview.clips.filter((one) => one.state === "done").length;
    return [h("div.title", h("h1", "Label"), h("p.lead", `Rater ${overview.rater}. ${done} of ${overview.clips.length} clips written.`), switched),
      h("ul.clips", { "aria-label": "Clips" }, overview.clips.map((one) => h("li", h("button", { type: "button", "aria-current": clip?.id === one.id ? "true" : null, "data-clip": one.id, onclick: () => load(one.id) },
        one.name.replace(/\.\w+$/, ""), one.state === "new" ? "" : one.state === "done" ? [" ✓", h("span.unseen", "written")] : [" …", h("span.unseen", "begun")]))))];
  }

  async function load(id) {
    clip?.leave();
    clip = null;
    try {
      const found = await ask(`/api/label/${id}`);
      if (over) return;
      clip = workbench(found, overview, refresh, () => keyed.checked);
      element.replaceChildren(...list(), clip.element);
      clip.ready();
    } catch (error) { element.replaceChildren(...list(), problem(error.message)); }
  }

  async function refresh() {
    overview = await ask("/api/label");
    if (!over && clip) element.replaceChildren(...list(), clip.element);
  }

  const paint = () => { clip?.paint(); painting = requestAnimationFrame(paint); };
  const keys = (event) => clip?.press(event);  // arrows and Ctrl+Z always; single characters only if wanted
  document.addEventListener("keydown", keys);
  painting = requestAnimationFrame(paint);
  const first = overview.clips.find((one) => one.state !== "done") || overview.clips[0];
  await load(first.id);
  return { element, leave: () => { over = true; clip?.leave(); cancelAnimationFrame(painting); document.removeEventListener("keydown", keys); } };
}

/** One clip: video, signal, marks. */
function workbench({ id, name, times, seconds: length, draft: saved, problem: wrong }, overview, refresh, keyed) {
  const draft = saved, past = [];
  let chosen = draft.reps.length - 1, frame = 0, settled = true, looping = false, slow = false, gone = false, curve = null, showing = overview.signal, sending = false, waiting = false, said = wrong, told = "", copied = false;
  const drill = () => overview.drills.find((one) => one.name === draft.drill);
  const video = h("video", { playsinline: true, preload: "auto", "aria-label": `The clip ${name}` });
  video.muted = true;
  video.src = `/api/label/${id}/video`;
  video.addEventListener("error", fallBack);
  const plot = s("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", class: "curve", role: "img" });
  const now = s("line", { class: "now", y1: 0, y2: HIGH });
  const at = h("p.at"), panel = h("div"), under = h("p.small"), line = h("div", { "aria-live": "polite" });
  plot.addEventListener("click", (event) => { const box = plot.getBoundingClientRect(); to(nearest(length * (event.clientX - box.left) / box.width)); });

  // -- time: a frame by its number, shown in the middle of its interval ---------------------------
  function nearest(t) {
    let low = 0, high = times.length - 1;
    while (low < high) { const middle = (low + high + 1) >> 1; if (times[middle] <= t + 0.0005) low = middle; else high = middle - 1; }
    return low;
  }
  const middle = (i) => (i + 1 < times.length ? (times[i] + times[i + 1]) / 2 : times[i] + Math.min(0.005, (length - times[i]) / 2));
  function to(i) { video.pause(); frame = Math.max(0, Math.min(times.length - 1, i)); settled = true; video.currentTime = middle(frame); }
  function seen(_, { mediaTime }) {
    if (gone) return;
    if (!settled) frame = nearest(mediaTime);
    video.requestVideoFrameCallback(seen);
  }
  if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(seen);
  video.addEventListener("play", () => { settled = false; });
  video.addEventListener("pause", () => { if (video.ended && looping) video.play(); else if (!settled) { settled = true; if (!video.ended) video.currentTime = middle(frame); } });
  function paint() {
    if (!settled && !video.requestVideoFrameCallback) frame = nearest(video.currentTime);
    const rep = draft.reps[chosen];
    if (looping && !settled) {
      const a = rep?.start_s ?? 0, b = rep?.end_s ?? length;
      if (video.currentTime > b || video.currentTime < a - 0.3) video.currentTime = a;
    }
    const t = times[frame], text = `${t.toFixed(3)} s, frame ${frame + 1} of ${times.length}${looping ? ", loop" : ""}${slow ? ", half speed" : ""}`;
    if (at.textContent !== text) { at.textContent = text; now.setAttribute("x1", WIDE * t / length); now.setAttribute("x2", WIDE * t / length); }
  }
  async function fallBack() {
    if (copied || gone) return;
    copied = true;
    for (;;) {
      let state;
      try { state = await ask(`/api/label/${id}/copy`, { method: "POST" }); } catch (error) { state = { state: "failed", error: error.message }; }
      if (gone) return;
      if (state.state === "ready") { video.src = `/api/label/${id}/video?copy`; under.textContent = ""; return; }
      if (state.state === "failed") { under.textContent = `The browser cannot play this clip: ${state.error}`; return; }
      under.textContent = `The browser cannot play this clip as it is; a copy is made, ${Math.round(100 * state.done)} %.`;
      await new Promise((done) => setTimeout(done, 500));
    }
  }

  // -- marks --------------------------------------------------------------------------------------
  const remember = () => { past.push(JSON.stringify([draft, chosen])); if (past.length > 500) past.shift(); };
  function change(how, words) {
    remember();
    const rep = how();
    draft.reps.sort((a, b) => first(a) - first(b));
    if (rep) chosen = draft.reps.indexOf(rep);
    chosen = Math.min(chosen, draft.reps.length - 1);
    announce(words);
    save();
    show();
  }
  const first = (rep) => Math.min(...["start_s", "peak_s", "hold_end_s", "end_s"].map((key) => rep[key] ?? Infinity));
  const fresh = (key, t) => ({ start_s: null, peak_s: null, hold_end_s: null, end_s: null, complete: true, faults: {}, [key]: t });
  function mark(key, word) {
    const t = Math.round(times[frame] * 1000) / 1000;
    change(() => {
      let rep = draft.reps[chosen];
      const open = rep && rep.end_s === null;
      if (!rep || (key === "start_s" && !open)) { rep = fresh(key, t); draft.reps.push(rep); } else rep[key] = t;
      return rep;
    }, `${word} at ${seconds(t)} seconds`);
  }
  function grade(n) {
    const rep = draft.reps[chosen], fault = drill()?.faults[n];
    if (!rep || !fault) return;
    change(() => { const next = ((rep.faults[fault.code] || 0) + 1) % 4; if (next) rep.faults[fault.code] = next; else delete rep.faults[fault.code]; return rep; }, `${fault.name}: ${["none", "slight", "clear", "severe"][((rep.faults[fault.code] || 0) + 1) % 4]}`);
  }
  function undo() {
    if (!past.length) return announce("Nothing to undo");
    const [before, which] = JSON.parse(past.pop());
    Object.assign(draft, before);
    chosen = which;
    announce("Undone");
    save();
    show();
  }
  const choose = (n) => { if (draft.reps.length) { chosen = Math.max(0, Math.min(draft.reps.length - 1, n)); to(nearest(draft.reps[chosen].start_s ?? first(draft.reps[chosen]))); show(); } };

  // -- to and from the server -----------------------------------------------------------------------
  let edits = 0;
  async function save() {
    edits += 1;
    draft.done = false;
    if (sending) { waiting = true; return; }
    sending = true;
    do {
      waiting = false;
      try { const answer = await ask(`/api/label/${id}`, { json: draft }); said = answer.problem; told = ""; }
      catch (error) { told = `Not kept: ${error.message}`; }
    } while (waiting);
    sending = false;
    if (!gone) words();
  }
  /** Waits until what was marked so far is on the server. */
  async function kept() { while (sending) await new Promise((done) => setTimeout(done, 30)); }
  async function write() {
    const asked = edits;
    await kept();
    if (edits !== asked) return announce("Changed meanwhile, not written");  // what was asked for is no more
    if (said) { line.replaceChildren(problem(said)); return; }
    try { const { written } = await ask(`/api/label/${id}/finish`, { method: "POST" }); draft.done = true; told = ""; said = ""; line.replaceChildren(h("p.kept", `Written: ${written}`)); announce("Label written"); refresh(); }
    catch (error) { line.replaceChildren(problem(error.message)); }
  }
  let looked = 0;
  async function look(marks) {
    const mine = ++looked, which = draft.drill;
    if (!which) { if (marks) { told = "Choose the drill first."; words(); } return; }
    for (;;) {
      let state;
      try { state = await ask(`/api/label/${id}/signal`, { json: { drill: which, marks } }); } catch (error) { state = { state: "failed", error: error.message }; }
      if (gone || mine !== looked) return;
      if (state.state === "failed") { under.textContent = `There is no signal: ${state.error}`; return; }
      if (state.state === "ready") {
        curve = state;
        draft.signal_shown = true;
        under.textContent = `${state.measure}${state.unit ? `, ${state.unit}` : ""}`;
        if (marks) change(() => { draft.reps = state.reps; draft.prefilled = true; chosen = 0; }, `${state.reps.length} marks proposed`);
        else show();
        return;
      }
      under.textContent = `The signal is worked out, ${Math.round(100 * state.done)} %.`;
      await new Promise((done) => setTimeout(done, 500));
    }
  }

  // -- what is seen -----------------------------------------------------------------------------------
  function words() { line.replaceChildren(told ? problem(told) : draft.done ? h("p.kept", "The label is written.") : said ? h("p.problem", said) : h("p.kept", "Kept as a draft. It holds together and can be written.")); }
  function button(key, text, act, more = {}) { return h("button", { type: "button", ...more, onclick: () => act() }, h("kbd", key), text); }
  function draw() {
    plot.replaceChildren();
    draft.reps.forEach((rep, n) => {
      const a = first(rep), b = rep.end_s ?? rep.hold_end_s ?? rep.peak_s ?? a + length / 100;
      plot.append(s("rect", { class: `mark${n === chosen ? " chosen" : ""}${rep.end_s === null ? " open" : ""}`, x: WIDE * a / length, y: 2, width: Math.max(2, WIDE * Math.max(0, b - a) / length), height: HIGH - 4 }));
      if (rep.peak_s !== null) plot.append(s("rect", { class: "held", x: WIDE * rep.peak_s / length, y: 2, width: Math.max(3, WIDE * Math.max(0, (rep.hold_end_s ?? rep.peak_s) - rep.peak_s) / length), height: HIGH - 4 }));
    });
    const shown = showing && curve ? curve.value.filter((v) => v !== null) : [];
    if (shown.length > 1) {
      const low = Math.min(...shown), high = Math.max(...shown), y = (v) => HIGH - 10 - (HIGH - 20) * (v - low) / (high - low || 1);
      let part = [];
      const flush = () => { if (part.length > 1) plot.append(s("polyline", { points: part.join(" ") })); part = []; };
      curve.t.forEach((t, i) => { const v = curve.value[i]; if (v === null) flush(); else part.push(`${(WIDE * t / length).toFixed(1)},${y(v).toFixed(1)}`); });
      flush();
    }
    plot.append(now);
    plot.setAttribute("aria-label", `${draft.reps.length} marks${shown.length ? ` over the signal of ${curve.measure}` : ""}`);
  }
  function rows() {
    const hold = drill()?.kind === "hold";
    return h("div.marks", { tabindex: "0", role: "region", "aria-label": "Marks" }, h("table", h("thead", h("tr", [hold ? "Hold" : "Rep", "Start", "Top", "Hold ends", "End", "", "Faults"].map((text) => text ? h("th", { scope: "col" }, text) : h("th", { scope: "col" }, "Is")))),
      h("tbody", draft.reps.map((rep, n) => h("tr", { "aria-current": n === chosen ? "true" : null }, h("td", h("button", { type: "button", "aria-label": `Mark ${n + 1}`, "aria-pressed": String(n === chosen), onclick: () => choose(n) }, String(n + 1))),
        ["start_s", "peak_s", "hold_end_s", "end_s"].map((key) => h("td", seconds(rep[key]))), h("td", COMPLETE.find(([value]) => value === rep.complete)[1]), h("td", Object.entries(rep.faults).map(([code, value]) => `${code.replaceAll("_", " ")} ${value}`).join(", ") || "–"))))));
  }
  function show() {
    draw();
    const rep = draft.reps[chosen], known = drill(), focused = document.activeElement?.id;
    const pick = (what, options, value, act) => h("div", h("label", { for: `${what}-of` }, what), h("select", { id: `${what}-of`, onchange: (event) => act(event.target.value) }, options.map(([key, text]) => h("option", { value: key, selected: key === value }, text))));
    panel.replaceChildren(
      h("div.fields", pick("Drill", [["", "Choose"], ...overview.drills.map((one) => [one.name, one.title])], draft.drill || "", (value) => { curve = null; change(() => { draft.drill = value || null; }, ""); if (showing) look(false); }),
        known && known.sides !== "none" ? pick("Side", [["", "Not said"], ["left", "Left"], ["right", "Right"]], draft.side || "", (value) => change(() => { draft.side = value || null; }, "")) : "",
        h("div", h("label", { for: "note" }, "Note"), h("input", { id: "note", type: "text", maxlength: "2000", value: draft.notes, onchange: (event) => change(() => { draft.notes = event.target.value; }, "") }))),
      h("h2", rep ? `${known?.kind === "hold" ? "Hold" : "Repetition"} ${chosen + 1} of ${draft.reps.length}` : "No mark yet"),
      rep && known ? h("div.keys", { role: "group", "aria-label": "Faults and how severe: slight 1, clear 2, severe 3" }, known.faults.slice(0, 9).map((fault, n) => button(String(n + 1), `${fault.name}${rep.faults[fault.code] ? `: ${rep.faults[fault.code]}` : ""}`, () => grade(n), { title: fault.saw, id: `fault-${n}`, class: rep.faults[fault.code] ? `grade-${rep.faults[fault.code]}` : null }))) : h("p", draft.cannot_tell ? "Marked as a clip that cannot be judged; X takes that back." : known ? (keyed() ? "Press S where the first one starts." : "Choose Start where the first one starts.") : "Choose the drill first, or mark and teach a new one."),
      known && known.faults.length > 9 && rep ? h("div.keys", known.faults.slice(9).map((fault, n) => h("button", { type: "button", title: fault.saw, id: `fault-${n + 9}`, class: rep.faults[fault.code] ? `grade-${rep.faults[fault.code]}` : null, onclick: () => grade(n + 9) }, `${fault.name}${rep.faults[fault.code] ? `: ${rep.faults[fault.code]}` : ""}`))) : "",
      draft.reps.length ? rows() : "");
    for (const [key, pressed] of [["x", draft.cannot_tell], ["g", showing], ["l", looping], ["v", slow]]) bar.querySelector(`[data-key="${key}"]`).setAttribute("aria-pressed", String(pressed));
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    words();
  }

  // -- keys --------------------------------------------------------------------------------------------
  const play = () => { if (video.paused) { if (video.ended || frame === times.length - 1) video.currentTime = 0; video.play().catch(() => {}); } else video.pause(); };
  const acts = {
    s: ["Start", () => mark("start_s", "Start")], t: ["Top", () => mark("peak_s", "Top")], h: ["Hold ends", () => mark("hold_end_s", "Hold ends")], e: ["End", () => mark("end_s", "End")],
    c: ["Whole, part, cannot tell", () => { const rep = draft.reps[chosen]; if (rep) { const next = COMPLETE[(COMPLETE.findIndex(([value]) => value === rep.complete) + 1) % 3]; change(() => { rep.complete = next[0]; return rep; }, next[1]); } }],
    d: ["Delete", () => { if (draft.reps[chosen]) change(() => { draft.reps.splice(chosen, 1); }, "Deleted"); }], z: ["Undo", undo],
    k: ["Play", play], ",": ["Frame back", () => to(frame - 1)], ".": ["Frame on", () => to(frame + 1)], "[": ["Mark before", () => choose(chosen - 1)], "]": ["Next mark", () => choose(chosen + 1)],
    l: ["Loop", () => { looping = !looping; announce(looping ? "Loop" : "No loop"); show(); }], v: ["Half speed", () => { slow = !slow; video.playbackRate = slow ? 0.5 : 1; announce(slow ? "Half speed" : "Full speed"); show(); }],
    g: ["Signal", () => { showing = !showing; if (showing && !curve) look(false); show(); }], p: ["Let formcheck propose", () => look(true)],
    x: ["The clip cannot be judged", () => change(() => { draft.cannot_tell = !draft.cannot_tell; }, draft.cannot_tell ? "Can be judged" : "Cannot be judged")], w: ["Write the label", write],
  };
  const bar = h("div", ...["sthecdz", "k,.[]lv", "gpxw"].map((keys, n) => h("div.keys", { role: "group", "aria-label": ["Marks", "Time", "The label"][n] }, [...keys].map((key) => button(key.toUpperCase(), acts[key][0], acts[key][1], { "data-key": key, "aria-pressed": "xglv".includes(key) ? "false" : null })))));
  function press(event) {
    const where = document.activeElement, typing = where && where.matches("select, input, textarea");
    if (typing || event.altKey || event.metaKey || (event.ctrlKey && event.key !== "z")) return;
    if (!keyed() && !event.ctrlKey && !event.key.startsWith("Arrow")) return;
    const key = { ArrowLeft: ",", ArrowRight: ".", Delete: "d", Backspace: "d" }[event.key] || event.key.toLowerCase();
    if (key === " " && !where?.matches("button, a, summary")) play();
    else if (/^[1-9]$/.test(key)) grade(Number(key) - 1);
    else if (acts[key] && !(event.repeat && !",.".includes(key))) acts[key][1]();
    else return;
    event.preventDefault();
  }

  // -- a drill from this clip -----------------------------------------------------------------------
  function teaching() {
    const title = h("input", { id: "new-name", type: "text", required: true, maxlength: "60", pattern: "[a-z][a-z0-9_]*", autocapitalize: "none", spellcheck: "false" });
    const kind = h("select", { id: "new-kind" }, h("option", { value: "reps" }, "Repetitions"), h("option", { value: "hold" }, "Holds"));
    const go = h("button", { type: "submit" }, "Teach"), told = h("div", { "aria-live": "polite" });
    const form = h("form.fields", { onsubmit: teach }, h("div", h("label", { for: "new-name" }, "Name, as heel_raise"), title), h("div", h("label", { for: "new-kind" }, "The marks are"), kind), go);
    async function teach(event) {
      event.preventDefault();
      go.disabled = true;
      try {
        await kept();
        let state = await ask(`/api/label/${id}/teach`, { json: { name: title.value, hold: kind.value === "hold" } });
        while (state.state === "working" && !gone) {
          told.textContent = `The clip is looked through, ${Math.round(100 * state.done)} %.`;
          await new Promise((done) => setTimeout(done, 500));
          state = await ask(`/api/label/${id}/teach`);
        }
        if (gone) return;
        if (state.state === "ready") told.replaceChildren(h("p.kept", `Written: ${state.written}. Try it on other people before you trust it.`), ...state.said.map((text) => h("p.small", text)));
        else told.replaceChildren(problem(state.error || "Another clip was opened; begin again."));
        if (state.state === "ready") refresh();
      } catch (error) { told.replaceChildren(problem(error.message)); }
      go.disabled = false;
    }
    return h("details.teach", h("summary", "Teach a drill from this clip"), h("p.small", "The marks show it: three or more in good form, the whole body in the picture."), form, told);
  }

  const element = h("section", { "aria-label": name }, h("div.stage", h("div", video, at, plot, under, bar), h("div", line, panel, teaching())));
  show();
  return { id, element, press, paint, show, ready: () => { if (showing) look(false); }, leave: () => { gone = true; video.pause(); video.removeAttribute("src"); video.load(); } };
}
