// @ts-check
/** Picking a visit up, seeing for every evening what it would cost there, and putting it down. */

import { datum } from "../elements.js";
import { cellTexts, hintTexts } from "./logic.js";
import { ask } from "./server.js";

/** @typedef {import("./logic.js").Spot} Spot */
/** @typedef {import("./page.js").BoardPage} BoardPage */

/**
 * `isFresh`: how it works was said just now, and is not to be talked over.
 * @typedef {{visit: string, card: HTMLElement, isFresh: boolean}} Picked
 */

const HINTED = ["board-no", "board-yes", "board-over", "board-yes-good", "board-yes-info", "board-yes-wait"];

/** The evenings of the table. */
export function eveningCells() {
  return [...document.querySelectorAll("td")].filter((cell) => cell.dataset.evening !== undefined);
}

/**
 * The line of a cell for what it would cost there.
 * @param {HTMLElement} cell
 */
function hintLine(cell) {
  const line = cell.querySelector("[data-hint]");
  return line instanceof HTMLElement ? line : null;
}

/** The visit that is picked up, at most one. */
export class Picker {
  /** @param {BoardPage} page */
  constructor(page) {
    this.page = page;
    /** @type {Picked | null} */
    this.picked = null;
  }

  /**
   * Pick up the visit of a card, and show in every evening what it would cost there.
   * @param {HTMLElement} card
   */
  async pickUp(card) {
    this.putBack();
    if (!this.page.mayEdit || !card.hasAttribute("data-moves")) {
      return;
    }
    const visit = datum(card, "visit");
    this.picked = { visit, card, isFresh: true };
    card.classList.add("board-up");
    this.page.root.classList.add("board-picking");
    const answer = await ask(this.page.visitUrl(visit, "plekken/"));
    if (this.picked?.visit !== visit) {
      return;
    }
    if (!answer?.data?.spots) {
      this.putBack();
      this.page.say(datum(this.page.root, "sayLost"));
      return;
    }
    const spots = new Map(answer.data.spots.map((spot) => [spot.evening, spot]));
    for (const cell of eveningCells()) {
      this.hint(cell, spots.get(datum(cell, "evening")));
    }
    this.page.say(`${datum(card, "name")} ${datum(this.page.root, "sayUp")}`);
  }

  /**
   * What this evening would cost, in the cell itself; no spot: nobody who gives it may make this visit.
   * @param {HTMLTableCellElement} cell
   * @param {Spot | undefined} spot
   */
  hint(cell, spot) {
    const isPossible = spot !== undefined && spot.tone !== "bad";
    cell.classList.add(...(isPossible ? ["board-yes", `board-yes-${spot.tone}`] : ["board-no"]));
    if (!spot) {
      return;
    }
    const { title, label } = cellTexts(datum(cell, "label"), spot, datum(this.page.root, "sayNot"));
    cell.title = title;
    cell.setAttribute("aria-label", label);
    const line = hintLine(cell);
    if (!isPossible || !line) {
      return;
    }
    const { start, costs, warning } = hintTexts(spot, cell.closest(".board-season") !== null);
    const strong = document.createElement("b");
    strong.textContent = start;
    line.hidden = false;
    line.replaceChildren(strong, ` ${costs}`);
    if (warning !== null) {
      const words = document.createElement("span");
      words.textContent = warning;
      line.append(words);
    }
  }

  /** Not after all, or it is done: the hints go. */
  putBack() {
    if (!this.picked) {
      return;
    }
    this.picked.card.classList.remove("board-up");
    this.picked = null;
    this.page.root.classList.remove("board-picking", "board-dragging");
    for (const cell of [...eveningCells(), ...document.querySelectorAll("[data-tray]")]) {
      cell.classList.remove(...HINTED);
      cell.removeAttribute("title");
      cell.removeAttribute("aria-label");
      const line = cell instanceof HTMLElement ? hintLine(cell) : null;
      if (line) {
        line.hidden = true;
        line.textContent = "";
      }
    }
  }

  /** Put it back, and say so. */
  cancel() {
    this.putBack();
    this.page.say(datum(this.page.root, "sayCancel"));
  }

  /**
   * Move the visit that is picked up to an evening, or to the tray: out of the plan.
   * @param {HTMLElement} target
   * @param {number | null} [position] the place in the order; null: the best one
   */
  putDown(target, position = null) {
    if (!this.picked) {
      return;
    }
    const url = this.page.visitUrl(this.picked.visit, "verplaatsen/");
    this.putBack();
    const fields = { evening: target.dataset.evening ?? "" };
    this.page.change(url, position === null ? fields : { ...fields, position: String(position) });
  }

  /**
   * Say what the evening under the mouse, or the one with the focus, would cost.
   * @param {HTMLElement} target
   */
  tell(target) {
    const tray = target.matches("[data-tray]") ? datum(this.page.root, "sayTray") : "";
    this.page.say(target.getAttribute("aria-label") ?? tray);
  }
}
