// SPDX-License-Identifier: LGPL-2.1-or-later
// Draws results over a picture. A result of another frame is dashed, and its caption says so.
import { captionOf, colourOf, keypointsOf, seenHeight, shapeOf } from './geometry.js';

/**
 * @typedef {import('../core/results.js').Drawing} Drawing
 * @typedef {import('./geometry.js').Layout} Layout
 * @typedef {import('./palette.js').Colours} Colours
 */

/**
 * The mark is behind the caption, whose words then stay in their place from frame to frame.
 * @type {Record<Drawing['kind'], {dash: number[], alpha: number, mark: string}>}
 */
const STYLES = {
  measured: { dash: [], alpha: 1, mark: '' },
  interpolated: { dash: [7, 5], alpha: 0.75, mark: ' ≈' },
  last: { dash: [2, 5], alpha: 0.6, mark: ' …' },
};

/** Radius of a keypoint's dot. */
const KEYPOINT = 2;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Drawing[]} drawings
 * @param {Layout} place of the picture in CSS pixels
 * @param {number} ratio the canvas's pixels for one of them
 * @param {Colours} colours
 * @param {Set<import('../core/protocol.js').DetectedObject>} [emphasized] objects that are to stand out
 */
export function drawResults(context, drawings, place, ratio, colours, emphasized = new Set()) {
  context.save();
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  for (const { kind, result } of drawings) {
    const size = { width: place.width, height: seenHeight(result, place) };
    for (const object of result.objects) {
      if (object.label !== 'truth') drawObject(context, object, result, size, place, { ...STYLES[kind], bold: emphasized.has(object) }, colours);
    }
  }
  context.restore();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import('../core/protocol.js').DetectedObject} object
 * @param {import('../core/protocol.js').Result} result
 * @param {import('./geometry.js').Size} size
 * @param {Layout} place
 * @param {{dash: number[], alpha: number, mark: string, bold: boolean}} style
 * @param {Colours} colours
 */
function drawObject(context, object, result, size, place, { dash, alpha, mark, bold }, colours) {
  const shape = shapeOf(object, result, size);
  const colour = colourOf(object.label, colours.label);
  context.globalAlpha = alpha;
  context.setLineDash(dash);
  context.beginPath();
  outline(context, shape);
  for (const { x, y } of keypointsOf(object, result, size)) {
    context.moveTo(x + KEYPOINT, y);
    context.arc(x, y, KEYPOINT, 0, 2 * Math.PI);
  }
  // A dark edge keeps the line visible on a picture of the same colour. In a small picture the line is thin.
  const line = Math.min(2.5, Math.max(1.5, place.width / 400)) * (bold ? 2 : 1);
  context.lineWidth = line + 1.5;
  context.strokeStyle = colours.edge;
  context.stroke();
  context.lineWidth = line;
  context.strokeStyle = colour;
  context.stroke();
  // A circle is where its centre is, the others where their corner is.
  const { x, y, rx = 0, ry = 0, h = ry } = /** @type {{x: number, y: number, rx?: number, ry?: number, h?: number}} */ (shape);
  drawCaption(context, captionOf(object) + mark, [colour, colours.caption], x - rx, y - ry, y + h, place);
}

/** @param {CanvasRenderingContext2D} context @param {ReturnType<typeof shapeOf>} shape */
function outline(context, shape) {
  if (shape.kind === 'circle') {
    context.ellipse(shape.x, shape.y, Math.abs(shape.rx), Math.abs(shape.ry), 0, 0, 2 * Math.PI);
  } else if (shape.kind === 'polygon') {
    for (const { x, y } of shape.points) context.lineTo(x, y);
    context.closePath();
  } else {
    context.rect(shape.x, shape.y, shape.w, shape.h);
  }
}

/**
 * Above its object, below it where there is no room, always inside the picture.
 * @param {CanvasRenderingContext2D} context @param {string} text @param {[plate: string, words: string]} colours
 * @param {number} left @param {number} top @param {number} bottom @param {Layout} place
 */
function drawCaption(context, text, [plate, words], left, top, bottom, place) {
  context.font = '600 12px system-ui, sans-serif';
  context.textBaseline = 'middle';
  const width = context.measureText(text).width + 10;
  const height = 18;
  const y = top - height - 4 >= 0 ? top - height - 4 : Math.min(bottom + 4, place.height - height);
  const x = Math.max(0, Math.min(left, place.width - width));
  context.fillStyle = plate;
  context.beginPath();
  context.roundRect(x, y, width, height, 4);
  context.fill();
  context.fillStyle = words;
  context.fillText(text, x + 5, y + height / 2 + 0.5);
}
