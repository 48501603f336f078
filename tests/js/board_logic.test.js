// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { cellTexts, droppedPosition, hintTexts, newsUrl, nextSquare, visitUrl } from "../../static/js/board/logic.js";

/** @type {import("../../static/js/board/logic.js").Spot} */
const SPOT = {
  evening: "12 2026-10-06",
  start: "18.30",
  moment: "di 6 oktober om 18.30",
  costs: "+4 min reizen",
  short: "+4 min",
  tone: "info",
  words: [],
};

/** @type {(boolean | null)[][]} two mentors with four days; the first gives no evening on the second and third day */
const TABLE = [
  [null, true, false, false, true],
  [null, false, true, false, true],
];

test("the address of a visit takes its number, and what is done with it", () => {
  assert.equal(visitUrl("/s/bord/gezin/0/", "31"), "/s/bord/gezin/31/");
  assert.equal(visitUrl("/s/plannen/10/bord/gezin/0/", "31", "plekken/"), "/s/plannen/10/bord/gezin/31/plekken/");
});

test("news is asked for since a revision, beside the reservations that were seen", () => {
  const url = newsUrl("/nieuws/", 3, "12 2026-10-06 1140|12 2026-10-07 1140", "week=4");
  assert.equal(url, "/nieuws/?sinds=3&vast=12%202026-10-06%201140%7C12%202026-10-07%201140&week=4");
});

test("a visit of another evening is put before or after the one that it is dropped on", () => {
  assert.equal(droppedPosition(1, false, null), 1);
  assert.equal(droppedPosition(1, true, null), 2);
});

test("a visit that moves down in its own evening leaves a place above it", () => {
  assert.equal(droppedPosition(2, true, 0), 2);
  assert.equal(droppedPosition(2, false, 0), 1);
  assert.equal(droppedPosition(0, false, 2), 0);
  assert.equal(droppedPosition(0, true, 2), 1);
});

test("an arrow key skips days without an evening", () => {
  assert.deepEqual(nextSquare(TABLE, [0, 1], "ArrowRight"), [0, 4]);
  assert.deepEqual(nextSquare(TABLE, [0, 4], "ArrowLeft"), [0, 1]);
  assert.deepEqual(nextSquare(TABLE, [0, 4], "ArrowDown"), [1, 4]);
});

test("an arrow key stops at the edges of the table and at the names of mentors", () => {
  for (const key of ["ArrowLeft", "ArrowUp", "ArrowDown"]) {
    assert.equal(nextSquare(TABLE, [0, 1], key), null, key);
  }
  assert.equal(nextSquare(TABLE, [1, 4], "ArrowRight"), null);
});

test("the label of an evening says when and at what cost, or why not", () => {
  const texts = cellTexts("Anna, di 6 oktober", { ...SPOT, tone: "wait", words: ["Te laat klaar."] }, "kan hier niet");
  assert.equal(texts.label, "Anna, di 6 oktober. 18.30. +4 min reizen. Te laat klaar.");
  assert.equal(texts.title, "di 6 oktober om 18.30. +4 min reizen. Te laat klaar.");
  const refused = cellTexts("Anna, di 6 oktober", { ...SPOT, tone: "bad", words: ["Bezet."] }, "kan hier niet");
  assert.deepEqual(refused, { title: "Bezet.", label: "Anna, di 6 oktober: kan hier niet. Bezet." });
});

test("a cell of the week has room for the costs and the first warning, one of the season for minutes only", () => {
  const warned = { ...SPOT, tone: /** @type {const} */ ("wait"), words: ["Te laat klaar.", "Schuift."] };
  assert.deepEqual(hintTexts(warned, false), { start: "18.30", costs: "+4 min reizen", warning: "Te laat klaar." });
  assert.deepEqual(hintTexts(warned, true), { start: "18.30", costs: "+4 min", warning: null });
  assert.equal(hintTexts(SPOT, false).warning, null);
});
