// @ts-check
/** What the board works out without touching the page: addresses, places in an order, and the words of a cell. */

/**
 * An evening as a target for the visit that was picked up, as the server describes it (queries/board/spots.py).
 * @typedef {object} Spot
 * @property {string} evening the name of the evening: mentor and date
 * @property {string} start the best start there, as a clock time
 * @property {string} moment the day and the start, in words
 * @property {string} costs what the move costs, in words
 * @property {string} short the extra travel time only
 * @property {"good" | "info" | "wait" | "bad"} tone "bad" is impossible, "wait" needs a reason
 * @property {string[]} words warnings, and who else gets another start
 */

/** @typedef {boolean | null} Square whether one can go to this cell of the table; null: the head of a row */

/** @type {Record<string, [down: number, across: number]>} */
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/**
 * The address of a visit on the board, or of something that can be done with it.
 * @param {string} template the address of visit 0
 * @param {string} visit
 * @param {string} [action] the last part of the address
 */
export function visitUrl(template, visit, action = "") {
  return `${template.replace("/0/", `/${visit}/`)}${action}`;
}

/**
 * Where to ask what others changed.
 * @param {string} url
 * @param {number} revision the last one that was seen
 * @param {string} reserved the reservations that were seen
 * @param {string} query what the page shows
 */
export function newsUrl(url, revision, reserved, query) {
  return `${url}?sinds=${revision}&vast=${encodeURIComponent(reserved)}&${query}`;
}

/**
 * The place in the order of an evening for a visit that is dropped on another one.
 * @param {number} target the place of the visit that it is dropped on
 * @param {boolean} isAfter whether it is dropped on the lower half
 * @param {number | null} own the place that it has now, when that is in this evening: it leaves that one
 */
export function droppedPosition(target, isAfter, own) {
  const place = target + (isAfter ? 1 : 0);
  return own !== null && own < place ? place - 1 : place;
}

/**
 * The next cell that one can go to in the direction of an arrow key; null where there is none.
 * @param {Square[][]} table
 * @param {[number, number]} from row and column
 * @param {string} key
 * @returns {[number, number] | null}
 */
export function nextSquare(table, [row, column], key) {
  const [down, across] = STEPS[key];
  for (;;) {
    row += down;
    column += across;
    const square = table[row]?.[column];
    if (square === undefined || square === null) {
      return null;
    }
    if (square) {
      return [row, column];
    }
  }
}

/**
 * The texts of an evening for a screen reader (`label`) and for the mouse (`title`).
 * @param {string} evening how the evening is called
 * @param {Spot} spot
 * @param {string} notHere how a text says that it is impossible
 */
export function cellTexts(evening, spot, notHere) {
  if (spot.tone === "bad") {
    const why = spot.words.join(" ");
    return { title: why, label: `${evening}: ${notHere}. ${why}` };
  }
  return {
    title: [spot.moment, spot.costs, ...spot.words].join(". "),
    label: [evening, spot.start, spot.costs, ...spot.words].join(". "),
  };
}

/**
 * What is written in the cell of an evening: the start, the costs, and the first warning where there is room.
 * @param {Spot} spot
 * @param {boolean} isSeason whether the whole season is shown, in small cells
 */
export function hintTexts(spot, isSeason) {
  return {
    start: spot.start,
    costs: isSeason ? spot.short : spot.costs,
    warning: spot.tone === "wait" && !isSeason ? (spot.words[0] ?? "") : null,
  };
}
