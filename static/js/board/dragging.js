// @ts-check
/** Moving visits with the mouse. */

import { closest, datum } from "../elements.js";
import { droppedPosition } from "./logic.js";

/** @typedef {import("./picking.js").Picker} Picker */
/** @typedef {import("./picking.js").Picked} Picked */

const TARGETS = "td[data-evening], [data-tray], section[data-evening]";

/**
 * The place in the order for what is dropped on a family: before or after it. Null beside the families: the best one.
 * @param {Picked} picked
 * @param {HTMLElement} target
 * @param {DragEvent} event
 */
function positionIn(picked, target, event) {
  const card = closest(event.target, "[data-position]");
  if (!card || !target.dataset.evening || card === picked.card) {
    return null;
  }
  const box = card.getBoundingClientRect();
  const own = target.contains(picked.card) ? picked.card.dataset.position : undefined;
  const isAfter = event.clientY > box.top + box.height / 2;
  return droppedPosition(Number(card.dataset.position), isAfter, own === undefined ? null : Number(own));
}

/**
 * Show and tell which evening the mouse is over.
 * @param {Picker} picker
 * @param {DragEvent} event
 */
function onDragOver(picker, event) {
  const target = picker.picked && closest(event.target, TARGETS);
  if (!target) {
    return;
  }
  event.preventDefault();
  if (!target.classList.contains("board-over")) {
    document.querySelector(".board-over")?.classList.remove("board-over");
    target.classList.add("board-over");
    picker.tell(target);
  }
}

/** @param {Picker} picker */
export function listenToMouse(picker) {
  const board = picker.page.root;
  board.addEventListener("dragstart", (event) => {
    const card = closest(event.target, "[data-moves]");
    if (card && event.dataTransfer) {
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", datum(card, "name"));
      picker.pickUp(card);
      board.classList.add("board-dragging"); // what evenings say now must not move them from under the mouse
    }
  });
  board.addEventListener("dragover", (event) => onDragOver(picker, event));
  board.addEventListener("drop", (event) => {
    const target = closest(event.target, TARGETS);
    if (picker.picked && target) {
      event.preventDefault();
      picker.putDown(target, positionIn(picker.picked, target, event));
    }
  });
  board.addEventListener("dragend", () => {
    if (picker.picked) {
      picker.cancel();
    }
  });
}
