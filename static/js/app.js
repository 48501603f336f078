// @ts-check
/** The few things a page cannot do without a script; every page works without this one. */

/**
 * The nearest element around the place of an event that matches a selector.
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
function around(event, selector) {
  return event.target instanceof Element ? event.target.closest(selector) : null;
}

/**
 * Close an open menu when the person goes on elsewhere or presses Escape.
 * @param {Node | null} except a menu around this node stays open
 */
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(except)) {
      menu.removeAttribute("open");
    }
  }
}

document.addEventListener("click", (event) => closeMenus(event.target instanceof Node ? event.target : null));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") {
    return;
  }
  const open = document.querySelector("details[data-menu][open]");
  closeMenus(null);
  open?.querySelector("summary")?.focus();
});

/** `<button data-opens="name">` opens the dialog with that id. */
document.addEventListener("click", (event) => {
  const button = around(event, "[data-opens]");
  const dialog = button && document.getElementById(button.dataset.opens ?? "");
  if (dialog instanceof HTMLDialogElement) {
    event.preventDefault();
    dialog.showModal();
  }
});

/** `<button data-print>` prints the page. */
document.addEventListener("click", (event) => {
  if (around(event, "[data-print]")) {
    window.print();
  }
});

/** What is wrong is read first. */
/** @type {HTMLElement | null} */ (document.querySelector("[data-focus]"))?.focus();
