// @ts-check
/** The page of the board: what it shows and says, and the one change that it carries out at a time. */

import { datum, element } from "../elements.js";
import { visitUrl } from "./logic.js";
import { ask, askPart } from "./server.js";

/** @typedef {import("./server.js").Answer} Answer */

/**
 * The elements of markup that the server made, as children of `parent` (a cell is only read inside a row). It comes
 * from Django's templates, which escape what people typed.
 * @param {Element} parent
 * @param {string} markup
 */
function fragment(parent, markup) {
  const range = document.createRange();
  range.selectNodeContents(parent);
  return range.createContextualFragment(markup.trim());
}

/** The board with its dialog, its line of text for what happens, and the evening beside it. */
export class BoardPage {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.dialog = element(document, "#bord-venster", HTMLDialogElement);
    this.panel = element(document, "#avond", HTMLElement);
    this.status = element(document, "#gezegd", HTMLElement);
    this.mayEdit = root.hasAttribute("data-edits");
    this.query = datum(root, "query");
    /** The revision of the draft that is shown; a change is only made to this one. */
    this.revision = Number(datum(root, "revision"));
    this.isBusy = false;
  }

  /**
   * Show a text, and have it read out.
   * @param {string} text
   */
  say(text) {
    this.status.textContent = text;
  }

  /**
   * @param {string} visit
   * @param {string} action
   */
  visitUrl(visit, action) {
    return visitUrl(datum(this.root, "visitUrl"), visit, action);
  }

  /**
   * Carry out a change and show the answer: what is new, or why it was not done.
   * @param {string} url
   * @param {Record<string, string>} fields
   */
  async change(url, fields) {
    if (this.isBusy) {
      return;
    }
    this.isBusy = true;
    this.root.setAttribute("aria-busy", "true");
    this.say(datum(this.root, "sayWait"));
    const shown = Object.fromEntries(new URLSearchParams(this.query));
    const answer = await ask(url, { ...shown, revision: String(this.revision), ...fields });
    this.root.removeAttribute("aria-busy");
    this.isBusy = false;
    if (!answer?.data) {
      this.say(datum(this.root, "sayLost"));
      return;
    }
    this.show(answer.data);
    if (answer.data.dialog) {
      this.openDialog(answer.data.dialog);
    } else {
      this.say(answer.data.done ?? (answer.data.said ?? []).join(" "));
    }
  }

  /**
   * Put new parts in place of those with the same id, and fetch the evening beside the board anew.
   * @param {Answer} answer
   */
  show(answer) {
    this.revision = answer.revision ?? this.revision;
    const holder = document.activeElement?.closest("[data-visit]");
    const focused = holder instanceof HTMLElement ? holder.dataset.visit : undefined;
    const parts = Object.entries(answer.parts ?? {});
    for (const [id, markup] of parts) {
      const old = document.getElementById(id);
      if (old?.parentElement) {
        old.replaceWith(fragment(old.parentElement, markup));
        document.getElementById(id)?.classList.add("board-fresh");
      }
    }
    for (const field of this.dialog.querySelectorAll("input")) {
      if (field.name === "revision") {
        field.value = String(this.revision);
      }
    }
    if (parts.length && this.panel.dataset.url) {
      this.openEvening(this.panel.dataset.url);
    }
    if (focused) {
      this.focusVisit(focused, { preventScroll: true });
    }
  }

  /**
   * @param {string} visit
   * @param {FocusOptions} [options]
   */
  focusVisit(visit, options) {
    const name = document.querySelector(`[data-visit="${CSS.escape(visit)}"] .board-name`);
    if (name instanceof HTMLElement) {
      name.focus(options);
    }
  }

  /** @param {string} markup */
  openDialog(markup) {
    this.say("");
    this.dialog.replaceChildren(fragment(this.dialog, markup));
    this.dialog.showModal();
    const first = this.dialog.querySelector("input:not([type=hidden]), button");
    if (first instanceof HTMLElement) {
      first.focus();
    }
  }

  /**
   * Show an evening with its map beside the board.
   * @param {string} url
   */
  async openEvening(url) {
    const markup = await askPart(url);
    if (markup !== null) {
      this.panel.dataset.url = url;
      this.panel.replaceChildren(fragment(this.panel, markup));
    }
  }
}
