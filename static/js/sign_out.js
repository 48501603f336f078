// @ts-check
/** Signing out takes what was typed on this device with it. */
import { wipeDrafts } from "./local_drafts.js";

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("form[data-sign-out]") || "goes" in form.dataset) {
    return;
  }
  event.preventDefault();
  await wipeDrafts().catch(() => {});
  form.dataset.goes = "";
  form.requestSubmit(event.submitter);
});
