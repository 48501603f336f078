// @ts-check
/** The forms and links of the board that answer in place instead of on a page of their own. */

import { closest } from "../elements.js";

/** @typedef {import("./page.js").BoardPage} BoardPage */

/**
 * The fields of a form, without the token: that goes in a header.
 * @param {HTMLFormElement} form
 */
function fieldsOf(form) {
  const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
  return Object.fromEntries(fields.filter(([name]) => name !== "csrfmiddlewaretoken"));
}

/**
 * @param {BoardPage} page
 * @param {MouseEvent} event
 */
function onClick(page, event) {
  if (closest(event.target, "[data-closes]")) {
    event.preventDefault();
    page.dialog.close();
    return;
  }
  const link = closest(event.target, "[data-evening-url]");
  if (link instanceof HTMLAnchorElement && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    const url = new URL(link.href);
    page
      .openEvening(`${url.pathname}${url.search}&${page.query}`)
      .then(() => page.panel.scrollIntoView({ block: "nearest" }));
  }
}

/** @param {BoardPage} page */
export function listenToForms(page) {
  document.addEventListener("submit", (event) => {
    const form = closest(event.target, "[data-board-form]");
    if (form instanceof HTMLFormElement) {
      event.preventDefault();
      const fields = fieldsOf(form);
      page.dialog.close();
      page.change(form.action, fields);
    }
  });
  document.addEventListener("click", (event) => onClick(page, event));
}
