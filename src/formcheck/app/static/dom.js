// Elements in one call, and the one polite voice for screen readers.

/** An element: h("p.lead", {id: "x", onclick}, "text", child, [more], null). */
export function h(what, ...rest) {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  const given = rest[0];
  if (given && typeof given === "object" && !(given instanceof Node) && !Array.isArray(given)) {
    rest.shift();
    for (const [name, value] of Object.entries(given)) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (name in element && typeof value !== "string") element[name] = value;
      else element.setAttribute(name, value === true ? "" : value);
    }
  }
  for (const child of rest.flat(3)) if (child !== null && child !== undefined && child !== false) element.append(child);
  return element;
}

/** An SVG element. */
export function s(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

let next = 0;
/** A fresh id, to tie labels to what they label. */
export const fresh = (stem) => `${stem}-${++next}`;

let said = "", due = 0, timer = 0;
/** Said by a screen reader when it has time: only the newest, at most one a second. */
export function announce(text) {
  if (!text || text === said) return;
  said = text;
  clearTimeout(timer);
  timer = setTimeout(() => {
    due = performance.now() + 1000;
    document.getElementById("status").textContent = said;
  }, Math.max(0, due - performance.now()));
}

/** JSON from this server; its own words as the error. */
export async function ask(path, options = {}) {
  const body = options.json === undefined ? options.body : JSON.stringify(options.json);
  const method = options.method || (body === undefined ? "GET" : "POST");
  const answer = await fetch(path, { method, body, headers: options.json === undefined ? {} : { "content-type": "application/json" } });
  const found = (answer.headers.get("content-type") || "").includes("json") ? await answer.json() : {};
  if (!answer.ok) throw new Error(found.error || "formcheck did not answer. Is it still running?");
  return found;
}

/** A line that says what went wrong, for a screen reader at once. */
export const problem = (text) => h("p.problem", { role: "alert" }, text);

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
