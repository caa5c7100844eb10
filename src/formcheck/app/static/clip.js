// A recorded clip: dropped or chosen, scored with its progress, then looked through.
import { announce, ask, h, problem } from "./dom.js";

export async function open() {
  const element = h("div.clip"), { drills } = await ask("/api/drills");
  let over = false, sending = null, shown = "";

  async function look() {
    if (over) return;
    let state;
    try { state = await ask("/api/clip"); } catch (error) { element.replaceChildren(h("h1", "Recorded clip"), problem(error.message)); return; }
    if (over) return;
    if (state.state === "working") { working(state); setTimeout(look, 500); }
    else if (state.state === "ready") ready(state);
    else if (!sending) choose(state.error && `${state.error}`);
  }

  function choose(error) {
    shown = "choose";
    const file = h("input", { type: "file", accept: "video/*", id: "file", class: "unseen", onchange: () => file.files[0] && take(file.files[0]) });
    const drill = h("select", { id: "which" }, h("option", { value: "auto" }, "Recognise it"), drills.map((one) => h("option", { value: one.name }, one.title)));
    const drop = h("div.drop", { ondragover: (event) => { event.preventDefault(); drop.classList.add("over"); }, ondragleave: () => drop.classList.remove("over"),
      ondrop: (event) => { event.preventDefault(); drop.classList.remove("over"); const [one] = event.dataTransfer.files; if (one) take(one); } },
    h("p", "Drop a video here"), h("label.button", { for: "file" }, "or choose one"), file);
    element.replaceChildren(h("h1", "Recorded clip"), h("p.lead", "It is looked at on this machine, and forgotten when formcheck ends."), error ? problem(error) : "",
      h("p", h("label", { for: "which" }, "Drill "), drill), drop);

    function take(one) {
      // XMLHttpRequest: fetch does not tell how far an upload has come.
      sending = new XMLHttpRequest();
      const bar = h("progress", { max: "1", "aria-label": "Copied" });
      element.replaceChildren(h("h1", "Recorded clip"), h("p.lead", `Taking in ${one.name}.`), bar, h("p", h("button", { type: "button", onclick: () => sending.abort() }, "Cancel")));
      sending.upload.onprogress = (event) => { bar.value = event.loaded / event.total; };
      const done = (words) => () => { sending = null; words ? choose(words) : look(); };
      sending.onload = () => { const bad = sending.status !== 200; let said = ""; try { said = JSON.parse(sending.responseText).error; } catch { said = "The clip was not taken."; } done(bad ? said : "")(); };
      sending.onerror = done("The clip was not taken: formcheck does not answer, or it is too large.");
      sending.onabort = done("");
      sending.open("POST", `/api/clip?name=${encodeURIComponent(one.name)}&drill=${encodeURIComponent(drill.value)}`);
      sending.send(one);
    }
  }

  function working({ name, done, left_s: left }) {
    const words = left === null ? "Looking at it." : `About ${left < 90 ? `${left} seconds` : `${Math.round(left / 60)} minutes`} left.`;
    if (shown !== "working") {
      shown = "working";
      element.replaceChildren(h("h1", "Recorded clip"), h("p.lead", name), h("progress", { max: "1", "aria-label": "Looked at" }), h("p.left"),
        h("p", h("button", { type: "button", onclick: async () => { await ask("/api/clip", { method: "DELETE" }); choose(); } }, "Cancel")));
      announce("Looking at the clip");
    }
    element.querySelector("progress").value = done;
    element.querySelector(".left").textContent = words;
  }

  function ready(state) {
    if (shown === "ready") return;
    shown = "ready";
    const { result, title, name } = state, faults = new Map();
    for (const fault of result.faults) faults.set(fault.code, [...(faults.get(fault.code) || []), fault]);
    const video = state.plays ? h("video", { controls: true, playsinline: true, muted: true, src: "/api/clip/video", preload: "auto", "aria-label": "The clip with what was seen" }) : null;
    const at = (seconds) => { if (video) { video.currentTime = seconds; video.scrollIntoView({ block: "nearest" }); announce(`At ${seconds.toFixed(1)} seconds`); } };
    const did = [...result.reps.map((rep) => ({ ...rep, from: rep.start_s, to: rep.end_s, name: `${rep.complete ? "Repetition" : "Part of a repetition"} ${rep.n}` })),
      ...result.holds.map((hold) => ({ ...hold, from: hold.from_s, to: hold.to_s, name: `Hold ${hold.n}, ${hold.seconds.toFixed(0)} s` }))];
    const words = !result.drill ? "None of the drills that formcheck knows was recognised."
      : `${result.counts.reps} ${result.counts.reps === 1 ? "repetition" : "repetitions"}${result.counts.partial ? ` and ${result.counts.partial} partial` : ""}${result.holds.length ? `, ${result.holds.length} ${result.holds.length === 1 ? "hold" : "holds"}` : ""} in ${Math.round(result.seconds)} seconds.`;
    announce(`${title || "Clip"}: ${words}`);
    element.replaceChildren(h("h1", title || "Recorded clip"), h("p.lead", words), h("p.small", name),
      video || problem("The annotated video is ready to save. To play it here, install formcheck[video]."),
      lane("Repetitions and holds", did, result.seconds, (one) => [one.name, one.complete === false ? "part" : "done"], at),
      ...[...faults].map(([code, spans]) => lane(spans[0].cue, spans.map((one) => ({ ...one, from: one.from_s, to: one.to_s })), result.seconds, () => [code.replaceAll("_", " "), "fault"], at)),
      result.cannot_judge.length ? lane("Not judged", result.cannot_judge.map((one) => ({ ...one, from: one.from_s, to: one.to_s })), result.seconds, (one) => [one.reason.replaceAll("_", " "), "blind"], at) : "",
      result.notes.map((text) => h("p", text)).concat(state.warnings.map((text) => h("p", text))).length ? h("div", [...result.notes, ...state.warnings].map((text) => h("p", text))) : "",
      h("p.actions", h("a.button", { href: "/api/clip/video?save", download: "" }, "Save the video"), h("a.button", { href: "/api/clip/json?save", download: "" }, "Save as JSON"), h("a.button", { href: "/api/clip/csv?save", download: "" }, "Save as a table"),
        h("button", { type: "button", onclick: async () => { await ask("/api/clip", { method: "DELETE" }); choose(); } }, "Another clip")));
  }
  await look();
  return { element, leave: () => { over = true; } };
}

/** One line of the timeline: a button for each span, that jumps there. */
function lane(head, spans, seconds, told, at) {
  return h("section.lane", h("h2", head), h("div.track", spans.map((one) => {
    const [name, kind] = told(one);
    const button = h(`button.span.${kind}`, { type: "button", title: name, "aria-label": `${name}, from ${one.from.toFixed(1)} to ${one.to.toFixed(1)} seconds`, onclick: () => at(one.peak_s ?? one.from) }, one.n ? String(one.n) : "");
    button.style.left = `${100 * one.from / seconds}%`;
    button.style.width = `${Math.max(1.2, 100 * (one.to - one.from) / seconds)}%`;
    return button;
  })));
}
