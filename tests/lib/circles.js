// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds the ball's ring and the circle drawn over it in what the page shows.

/**
 * Runs in the page: the pixels, at the next frame, of the video (bright ones and coloured ones) and of the overlay, as
 * positions in the video's own coordinates. The rows of a stamp are left out.
 */
export function samplePixels() {
  const player = document.querySelector('cv-player');
  const video = player.shadowRoot.querySelector('video');
  const overlay = player.shadowRoot.querySelector('canvas.overlay');
  const read = (source, width, height) => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.drawImage(source, 0, 0);
    return context.getImageData(0, 0, width, height).data;
  };
  // What is bright is white or nearly; what has a colour is drawn. Most pixels are dark or clear: seen in one look.
  const pick = (pixels, width, rows, wanted) => {
    const found = [];
    const words = new Uint32Array(pixels.buffer);
    for (let i = 0; i < width * rows; ++i) {
      if ((words[i] & 0x00808080) === 0) continue;
      const [r, g, b, a] = pixels.subarray(4 * i, 4 * i + 4);
      const coloured = Math.max(r, g, b) - Math.min(r, g, b) > 90 && a > 200;
      if (wanted === 'coloured' ? coloured : Math.min(r, g, b) > 150) found.push(i);
    }
    return found;
  };
  return new Promise((resolve) => {
    video.requestVideoFrameCallback(() => {
      const { videoWidth: width, videoHeight: height } = video;
      const rows = height - (player.report().stream?.stamp?.rows ?? 0);
      const picture = read(video, width, height);
      const drawn = overlay.width > 1 ? read(overlay, overlay.width, overlay.height) : new Uint8ClampedArray();
      resolve(JSON.stringify({  // a text: Firefox takes long for long lists
        width, height,
        bright: pick(picture, width, rows, 'bright'),
        coloured: pick(picture, width, rows, 'coloured'),
        overlay: { width: overlay.width, pixels: pick(drawn, overlay.width, drawn.length / 4 / overlay.width, 'coloured') },
      }));
    });
  });
}

/** Pixel numbers as points of a picture `toWidth` wide. */
export const points = (pixels, width, toWidth = width) => pixels.map((i) => [
  ((i % width) + 0.5) * (toWidth / width), (Math.floor(i / width) + 0.5) * (toWidth / width)]);

/** The circle through three points; null when they lie on a line. */
function through([ax, ay], [bx, by], [cx, cy]) {
  const d = 2 * (ax * (by - cy) + bx * (cy - ay) + cx * (ay - by));
  if (Math.abs(d) < 1e-6) return null;
  const [a, b, c] = [ax * ax + ay * ay, bx * bx + by * by, cx * cx + cy * cy];
  const x = (a * (by - cy) + b * (cy - ay) + c * (ay - by)) / d;
  const y = (a * (cx - bx) + b * (ax - cx) + c * (bx - ax)) / d;
  return { x, y, r: Math.hypot(ax - x, ay - y) };
}

/** Centre and radius with the least squares of x² + y² + Dx + Ey + F over all points. */
function leastSquares(all) {
  const n = all.length;
  const mx = all.reduce((sum, [x]) => sum + x, 0) / n;
  const my = all.reduce((sum, [, y]) => sum + y, 0) / n;
  let [uu, uv, vv, uz, vz, z] = [0, 0, 0, 0, 0, 0];
  for (const [x, y] of all) {
    const [u, v] = [x - mx, y - my];
    const w = u * u + v * v;
    uu += u * u; uv += u * v; vv += v * v; uz += u * w; vz += v * w; z += w;
  }
  const d = 2 * (uu * vv - uv * uv);
  const [x, y] = [(uz * vv - vz * uv) / d, (vz * uu - uz * uv) / d];
  return { x: x + mx, y: y + my, r: Math.sqrt(x * x + y * y + z / n) };
}

/**
 * The circle that most points lie on, to a fraction of a pixel; null where there is none.
 * Text and captions among the points do not matter as long as the circle has more of them.
 */
export function fitCircle(all, { width = 5, smallest = 8, largest = 2000, fill = 0.5 } = {}) {
  if (all.length < 30) return null;
  let seed = 1;
  const any = () => all[(seed = (seed * 48271) % 2147483647) % all.length];
  const on = ({ x, y, r }) => all.filter(([px, py]) => Math.abs(Math.hypot(px - x, py - y) - r) <= width / 2);
  let best = [];
  for (let i = 0; i < 300 && best.length < 0.6 * all.length; ++i) {
    const circle = through(any(), any(), any());
    if (!circle || circle.r < smallest || circle.r > largest) continue;
    const members = on(circle);
    if (members.length > best.length) best = members;
  }
  if (best.length < 30) return null;
  for (let i = 0; i < 3; ++i) {
    const members = on(leastSquares(best));
    if (members.length < 30) return null;
    best = members;
  }
  const circle = leastSquares(best);
  if (circle.r < smallest) return null;
  // A whole ring, one pixel wide at least, and not an arc that happens to fit.
  const sectors = new Set(best.map(([x, y]) => Math.floor((Math.atan2(y - circle.y, x - circle.x) + Math.PI) / (Math.PI / 18))));
  return sectors.size >= 36 * fill ? circle : null;
}

export const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

/** Lines, without the insides of areas wider than twice `half`: the caption has more pixels than the circle. */
export function thin(all, half = 3) {
  const d = Math.round(half);
  const key = (x, y) => y * 65536 + x;
  const there = new Set(all.map(([x, y]) => key(x, y)));
  return all.filter(([x, y]) => ![-d, d].every((by) => there.has(key(x + by, y))) && ![-d, d].every((by) => there.has(key(x, y + by))));
}

/**
 * The ball, white, and the circle drawn over it, coloured, in a part of a picture; null for what is not there.
 * @param {{width: number, channels: number, data: Uint8Array}} picture as decodePng() gives it
 * @returns {{ball: object|null, ring: object|null, off: number}} `off`: from centre to centre, in pixels
 */
export function ballAndRing({ width, channels, data }, { x: left, y: top, width: w, height: h }) {
  const colour = (x, y) => {
    const at = (y * width + x) * channels;
    return [Math.min(data[at], data[at + 1], data[at + 2]), Math.max(data[at], data[at + 1], data[at + 2])];
  };
  const white = (x, y) => colour(x, y)[0] > 150;
  const outline = [];
  const drawn = [];
  for (let y = Math.ceil(top) + 1; y < Math.floor(top + h) - 1; ++y)
    for (let x = Math.ceil(left) + 1; x < Math.floor(left + w) - 1; ++x) {
      const [least, most] = colour(x, y);
      if (least > 150 && !(white(x - 1, y) && white(x + 1, y) && white(x, y - 1) && white(x, y + 1))) outline.push([x, y]);
      else if (most - least > 90) drawn.push([x, y]);
    }
  const [ball, ring] = [fitCircle(outline, { width: 4, largest: h }), fitCircle(thin(drawn), { width: 4, largest: h })];
  return { ball, ring, off: ball && ring ? distance(ball, ring) : NaN };
}
