// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { inside, placeAt, spotOf, windowCorner } from "../../static/js/map_edges.js";

const EDGES = { west: 5.8, south: 52.5, east: 6.0, north: 52.6 };
/** @type {[number, number]} */
const SIZE = [720, 480];

test("the corners of the drawing are the edges on earth, north at the top", () => {
  assert.deepEqual(placeAt([0, 0], EDGES, SIZE), [52.6, 5.8]);
  assert.deepEqual(
    placeAt([720, 480], EDGES, SIZE).map((degrees) => degrees.toFixed(9)),
    ["52.500000000", "6.000000000"],
  );
});

test("a spot that was turned into a place comes back to the same spot", () => {
  const [right, down] = spotOf(placeAt([123, 45], EDGES, SIZE), EDGES, SIZE);
  assert.ok(Math.abs(right - 123) < 1e-6 && Math.abs(down - 45) < 1e-6);
});

test("a spot outside the drawing is moved to its nearest edge", () => {
  assert.deepEqual(inside([-5, 500], SIZE), [0, 480]);
  assert.deepEqual(inside([10, 20], SIZE), [10, 20]);
});

test("a window near the edge is moved inside the drawing", () => {
  assert.deepEqual(windowCorner([360, 240], [360, 240], SIZE), [180, 120]);
  assert.deepEqual(windowCorner([0, 0], [360, 240], SIZE), [0, 0]);
  assert.deepEqual(windowCorner([720, 480], [360, 240], SIZE), [360, 240]);
});
