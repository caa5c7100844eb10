// The one connection to the server: state and pictures in, wishes out. It comes back by itself.

const page = sessionStorage.getItem("page") || crypto.randomUUID();
sessionStorage.setItem("page", page);

/** What is shown of the session; see board.py. */
export let state = null;
export let connected = false;
const listeners = Object.fromEntries(["state", "picture", "error", "link", "got", "wanted", "say", "bye"].map((kind) => [kind, new Set()]));
let socket = null, wait = 500, over = false;

/** Hear of "state", "picture", "error" or "link", on a telephone also of "got", "wanted", "say" and "bye"; gives what ends it. */
export function on(kind, listener) {
  listeners[kind].add(listener);
  return () => listeners[kind].delete(listener);
}
const tell = (kind, ...values) => listeners[kind].forEach((listener) => listener(...values));

/** Ask for something; lost where nobody is connected. */
export function send(wish, value) {
  if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ do: wish, value }));
}

/** Send bytes; false where nobody is connected. */
export function raw(data) {
  if (!socket || socket.readyState !== WebSocket.OPEN) return false;
  socket.send(data);
  return true;
}

let told = 0, at = 0;
/** Tell how wide pictures are drawn, now and then: what is sent need not be wider, and is then drawn quickest. */
export function wide(pixels) {
  const now = performance.now();
  if (Math.abs(pixels - told) < 8 && now - at < 3000) return;
  told = pixels;
  at = now;
  send("wide", pixels);
}

export function connect() {
  const kind = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${kind}://${location.host}/ws?page=${page}`);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => { connected = true; wait = 500; told = 0; tell("link", true); };
  socket.onmessage = ({ data }) => {
    if (data instanceof ArrayBuffer) return tell("picture", ...unpack(data));
    const message = JSON.parse(data);
    if (message.state) state = message.state;
    if (message.bye) over = true;
    for (const [kind, value] of Object.entries(message)) if (kind in listeners) tell(kind, value);
  };
  socket.onclose = () => {
    connected = false;
    tell("link", false);
    if (over) return;
    setTimeout(connect, wait);
    wait = Math.min(8000, wait * 1.6);
  };
}

/** The JSON head and the JPEG of a picture's message. */
function unpack(data) {
  const length = new DataView(data).getUint32(0);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
  return [head, data.byteLength > 4 + length ? new Blob([new Uint8Array(data, 4 + length)], { type: "image/jpeg" }) : null];
}
