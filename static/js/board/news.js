// @ts-check
/** What others change in the draft, and what families reserve: asked for every few seconds. */

import { datum } from "../elements.js";
import { newsUrl } from "./logic.js";
import { ask } from "./server.js";

/** @typedef {import("./picking.js").Picker} Picker */

const INTERVAL_MS = 4000;

/**
 * Whether the page must stay as it is: somebody is at it, or nobody sees it.
 * @param {Picker} picker
 */
function mustWait(picker) {
  return picker.picked !== null || picker.page.isBusy;
}

/**
 * Ask once, and show what is new. A draft that is gone loads the page anew, which says so.
 * @param {Picker} picker
 */
async function showNews(picker) {
  const { page } = picker;
  if (document.hidden || page.dialog.open || mustWait(picker)) {
    return;
  }
  const reserved = datum(page.root, "reserved");
  const answer = await ask(newsUrl(datum(page.root, "news"), page.revision, reserved, page.query));
  if (answer?.status === 200 && answer.data?.parts && !mustWait(picker)) {
    page.show(answer.data);
    page.root.dataset.reserved = answer.data.reserved ?? "";
    if (answer.data.news?.length) {
      page.say(answer.data.news.join(" "));
    }
  } else if (answer?.status === 404) {
    window.location.reload();
  }
}

/** @param {Picker} picker */
export function pollNews(picker) {
  setInterval(() => showNews(picker), INTERVAL_MS);
}
