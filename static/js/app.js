/** The few things a page cannot do without a script; every page works without this one. */

/** Close an open menu when the person goes on elsewhere or presses Escape. */
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(except)) {
      menu.removeAttribute("open");
    }
  }
}

document.addEventListener("click", (event) => closeMenus(event.target));
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
  const button = event.target.closest("[data-opens]");
  const dialog = button && document.getElementById(button.dataset.opens);
  if (dialog instanceof HTMLDialogElement) {
    event.preventDefault();
    dialog.showModal();
  }
});

/** `<button data-print>` prints the page. */
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) {
    window.print();
  }
});

/** What is wrong is read first. */
document.querySelector("[data-focus]")?.focus();
