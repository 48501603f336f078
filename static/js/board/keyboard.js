// @ts-check
/** Moving visits with the keyboard: space picks up, arrows go from evening to evening, Enter puts down. */

import { closest } from "../elements.js";
import { nextSquare } from "./logic.js";
import { eveningCells } from "./picking.js";

/** @typedef {import("./picking.js").Picker} Picker */

const TARGETS = "td[data-evening], [data-tray]";

/**
 * The table as `nextSquare` reads it.
 * @param {HTMLTableSectionElement} body
 */
function squaresOf(body) {
  return [...body.rows].map((row) =>
    [...row.cells].map((cell) => (cell.tagName === "TH" ? null : cell.dataset.evening !== undefined)),
  );
}

/** The cheapest evening that it could go to, or else the first one. */
function firstPossible() {
  const cells = eveningCells();
  return cells.find((cell) => cell.classList.contains("board-yes")) ?? cells[0];
}

/**
 * Go to the next evening in this direction; to the right of the last one is the tray.
 * @param {HTMLElement | null} here
 * @param {string} key
 */
function step(here, key) {
  const tray = document.querySelector("[data-tray]");
  if (!(here instanceof HTMLTableCellElement)) {
    (key === "ArrowLeft" ? firstPossible() : eveningCells()[0])?.focus();
    return;
  }
  const row = here.closest("tr");
  const body = here.closest("tbody");
  if (!row || !body) {
    return;
  }
  const next = nextSquare(squaresOf(body), [row.sectionRowIndex, here.cellIndex], key);
  if (next) {
    body.rows[next[0]].cells[next[1]].focus();
  } else if (key === "ArrowRight" && tray instanceof HTMLElement) {
    tray.focus();
  }
}

/**
 * A key while a visit is picked up.
 * @param {Picker} picker
 * @param {KeyboardEvent} event
 */
function onPicked(picker, event) {
  const here = closest(document.activeElement, TARGETS);
  const visit = picker.picked?.visit;
  if (event.key === "Escape") {
    picker.cancel();
    if (visit) {
      picker.page.focusVisit(visit);
    }
  } else if (["Enter", " "].includes(event.key) && here) {
    event.preventDefault();
    picker.putDown(here);
  } else if (event.key.startsWith("Arrow")) {
    event.preventDefault();
    step(here, event.key);
  }
}

/** @param {Picker} picker */
export function listenToKeyboard(picker) {
  const board = picker.page.root;
  document.addEventListener("keydown", (event) => {
    if (picker.page.dialog.open) {
      return;
    }
    if (picker.picked) {
      onPicked(picker, event);
      return;
    }
    const card = closest(document.activeElement, "[data-moves]");
    if (card && board.contains(card) && [" ", "Enter"].includes(event.key)) {
      event.preventDefault();
      picker.pickUp(card).then(() => {
        if (picker.picked) {
          (closest(card, "td[data-evening]") ?? firstPossible())?.focus();
        }
      });
    }
  });
  board.addEventListener("focusin", (event) => {
    const target = closest(event.target, TARGETS);
    if (!picker.picked || !target || target !== event.target) {
      return;
    }
    if (picker.picked.isFresh) {
      picker.picked.isFresh = false;
    } else {
      picker.tell(target);
    }
  });
}
