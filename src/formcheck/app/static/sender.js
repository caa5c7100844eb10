// Sends the camera's newest picture: never more than two on the way, smaller ones over a slow network.
import * as link from "./link.js";

/** Longer side in pixels, and JPEG quality: from a good network to a poor one. */
const STEPS = [[1280, .8], [960, .75], [800, .7], [640, .65], [480, .6]];
const ON_THE_WAY = 2, SLOW_MS = 130, QUICK_MS = 55, LOST_MS = 3000;

export class Sender {
  constructor() {
    this.video = document.createElement("video");
    this.video.muted = true;
    this.video.playsInline = true;
    this.canvas = document.createElement("canvas");
    this.facing = "user";
    this.step = 0;
    this.number = 0;
    this.skipped = 0;
    this.waits = new Map();
    this.mean = 80;
    this.changed = 0;
  }

  async start() {
    if (this.stream) return;
    const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: this.facing, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } } });
    this.stream = stream;
    this.video.srcObject = stream;
    await this.video.play();
    this.waits.clear();
    this.next();
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
  }

  async other() {
    const on = this.stream;
    this.facing = this.facing === "user" ? "environment" : "user";
    this.stop();
    if (on) await this.start();
  }

  next() {
    const { stream } = this, again = (now, about) => { if (stream === this.stream && stream) { this.picture(about?.captureTime); this.next(); } };
    if (this.video.requestVideoFrameCallback) this.video.requestVideoFrameCallback(again);
    else setTimeout(again, 33);
  }

  /** One picture of the camera: sent if there is room, else counted. */
  picture(taken) {
    const now = performance.now();
    for (const [number, at] of this.waits) if (now - at > LOST_MS) this.waits.delete(number);
    const { videoWidth: w, videoHeight: h } = this.video;
    if (!w || !link.connected) return;
    if (this.waits.size >= ON_THE_WAY) { this.skipped++; return; }
    const [longest, quality] = STEPS[this.step], scale = Math.min(1, longest / Math.max(w, h));
    const { canvas } = this, width = Math.round(w * scale), height = Math.round(h * scale);
    if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
    canvas.getContext("2d", { alpha: false }).drawImage(this.video, 0, 0, width, height);
    const number = ++this.number, head = new DataView(new ArrayBuffer(14));
    head.setUint32(0, number);
    head.setFloat64(4, (taken || now) / 1000);
    head.setUint16(12, Math.min(65535, this.skipped));
    this.skipped = 0;
    this.waits.set(number, now);
    canvas.toBlob((jpeg) => { if (!jpeg || !link.raw(new Blob([head, jpeg]))) this.waits.delete(number); }, "image/jpeg", quality);
  }

  /** The computer has this picture, and so needs none before it. */
  got(number) {
    const now = performance.now(), at = this.waits.get(number);
    for (const older of [...this.waits.keys()]) if (older <= number) this.waits.delete(older);
    if (at === undefined) return;
    this.mean += .15 * (now - at - this.mean);
    const since = now - this.changed;
    const step = this.mean > SLOW_MS && since > 1500 ? this.step + 1 : this.mean < QUICK_MS && since > 8000 ? this.step - 1 : this.step;
    if (step !== this.step && step >= 0 && step < STEPS.length) { this.step = step; this.changed = now; this.mean = 80; }
  }
}
