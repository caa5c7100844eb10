// Draws a picture and the skeleton over it, crisply at the screen's own resolution.

/** Pairs of joints that are drawn as bones; the order is MediaPipe's (a test compares them). */
export const BONES = [
  [11, 13], [13, 15], [11, 23], [23, 25], [25, 27], [27, 29], [29, 31], [27, 31],
  [12, 14], [14, 16], [12, 24], [24, 26], [26, 28], [28, 30], [30, 32], [28, 32],
  [11, 12], [23, 24],
];
const COLOURS = { sky: "#56b4e9", fault: "#faaa28", ink: "#0e1218", light: "#ffffff", guess: "#a0a5aa" };

/** A telephone draws its own picture, turned by so many degrees. */
export const local = { video: null, turn: 0 };

export class Picture {
  /** @param canvas drawn on; filled as far as the picture's shape allows.
   *  @param tell told how wide a picture is drawn, in pixels. */
  constructor(canvas, tell) {
    this.canvas = canvas;
    this.tell = tell;
    this.context = canvas.getContext("2d", { alpha: false });
    this.size = null;
    this.watch = new ResizeObserver(() => this.fit());
    this.watch.observe(canvas);
  }

  close() { this.watch.disconnect(); }

  fit() {
    const { canvas } = this, scale = Math.min(2, devicePixelRatio || 1);
    const w = Math.round(canvas.clientWidth * scale), h = Math.round(canvas.clientHeight * scale);
    if (w && h && (canvas.width !== w || canvas.height !== h)) { canvas.width = w; canvas.height = h; }
  }

  /** Show a picture's message; resolves when it is drawn. */
  async show(head, jpeg, outline) {
    const bitmap = jpeg ? await createImageBitmap(jpeg) : null;
    const size = head.size || bitmap ? head.size || [bitmap.width, bitmap.height] : head.pose ? head.pose.size : this.size;
    if (!size) return;
    this.size = size;
    const shape = `${size[0]} / ${size[1]}`;
    if (shape !== this.shape) { this.shape = shape; this.canvas.style.aspectRatio = shape; this.fit(); }  // a later change of its size would empty it
    const { context, canvas } = this;
    this.tell?.(Math.round(size[0] * Math.min(canvas.width / size[0], canvas.height / size[1])));
    const scale = Math.min(canvas.width / size[0], canvas.height / size[1]);
    const left = (canvas.width - size[0] * scale) / 2, top = (canvas.height - size[1] * scale) / 2;
    context.setTransform(1, 0, 0, 1, 0, 0);
    const own = !bitmap && local.video?.videoWidth ? local.video : null;
    if (left > 1 || top > 1 || !bitmap) { context.fillStyle = "#1a2229"; context.fillRect(0, 0, canvas.width, canvas.height); }
    context.setTransform(head.mirror ? -scale : scale, 0, 0, scale, head.mirror ? left + size[0] * scale : left, top);
    if (bitmap) { context.drawImage(bitmap, 0, 0, ...size); bitmap.close(); }
    if (own) drawOwn(context, own, size);
    if (outline) drawOutline(context, outline, size);
    if (head.pose) drawSkeleton(context, head, size);
  }
}

function drawOwn(context, video, [w, h]) {
  const across = local.turn % 180 ? [h, w] : [w, h];
  context.save();
  context.translate(w / 2, h / 2);
  context.rotate(local.turn * Math.PI / 180);
  context.drawImage(video, -across[0] / 2, -across[1] / 2, ...across);
  context.restore();
}

function drawSkeleton(context, head, size) {
  const { xy, sure } = head.pose, judged = new Set(head.judged), u = Math.min(size[1], 0.9 * size[0]) / 100;
  const accent = head.fault ? COLOURS.fault : COLOURS.sky;
  const clear = (joint) => xy[joint] && sure[joint] >= 4;
  context.lineCap = "round";
  const bones = BONES.filter(([a, b]) => xy[a] && xy[b])
    .map(([a, b]) => [a, b, judged.has(a) && judged.has(b)]).sort((x, y) => x[2] - y[2]);
  const line = (a, b, width, colour) => {
    context.lineWidth = width; context.strokeStyle = colour;
    context.beginPath(); context.moveTo(...xy[a]); context.lineTo(...xy[b]); context.stroke();
  };
  const dot = (joint, radius, colour) => {
    context.fillStyle = colour; context.beginPath(); context.arc(...xy[joint], radius, 0, 7); context.fill();
  };
  for (const [a, b, picked] of bones) if (picked || (clear(a) && clear(b))) line(a, b, (picked ? 1.5 : 1) * u, COLOURS.ink);
  for (const [a, b, picked] of bones) {
    if (picked) line(a, b, 0.9 * u, accent);
    else if (clear(a) && clear(b)) line(a, b, 0.45 * u, COLOURS.light);
    else line(a, b, 0.25 * u, COLOURS.guess);
  }
  for (let joint = 11; joint < 33; joint++) {
    if (!xy[joint]) continue;
    if (judged.has(joint)) { dot(joint, 1.75 * u, COLOURS.ink); dot(joint, 1.45 * u, COLOURS.light); dot(joint, u, accent); }
    else if (clear(joint) && (joint < 17 || joint > 22)) dot(joint, 0.6 * u, COLOURS.light);
  }
}

/** Where to lie or stand: limbs and a head in torso lengths, y up, fitted into the picture. */
function drawOutline(context, outline, size) {
  const xs = outline.lines.flatMap((l) => [l[0], l[2]]), ys = outline.lines.flatMap((l) => [l[1], l[3]]);
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys, outline.head[1] + 0.24)];
  const k = Math.min(0.62 * size[0] / Math.max(0.4, right - left), 0.72 * size[1] / Math.max(0.4, high - low));
  const x = (v) => size[0] / 2 + (v - (left + right) / 2) * k;
  const y = (v) => (high - low) * k < 0.4 * size[1] ? 0.78 * size[1] - (v - low) * k : size[1] / 2 - (v - (low + high) / 2) * k;
  context.lineCap = "round";
  for (const [width, colour] of [[0.5, "rgba(14,18,24,.28)"], [0.42, "rgba(255,255,255,.42)"]]) {
    context.lineWidth = width * k * 0.45; context.strokeStyle = colour; context.fillStyle = colour;
    context.beginPath();
    for (const [a, b, c, d] of outline.lines) { context.moveTo(x(a), y(b)); context.lineTo(x(c), y(d)); }
    context.moveTo(x(outline.head[0]) + 0.24 * k, y(outline.head[1]));
    context.arc(x(outline.head[0]), y(outline.head[1]), 0.2 * k, 0, 7);
    context.stroke();
  }
}
