/** Whoever chose between two versions no longer needs the one on this device. */
import { dropDraft } from "./local_drafts.js";

const form = document.querySelector("form[data-choice]");

form.addEventListener("submit", async (event) => {
  if ("goes" in form.dataset) {
    return;
  }
  event.preventDefault();
  await dropDraft(form.dataset.visit).catch(() => {});
  form.dataset.goes = "";
  form.requestSubmit(event.submitter);
});

form.querySelector("[data-drop-draft]").addEventListener("click", async (event) => {
  event.preventDefault();
  await dropDraft(form.dataset.visit).catch(() => {});
  location.assign(event.target.closest("a").href);
});
