// @ts-check
/** Whoever chose between two versions no longer needs the one on this device. */
import { datum, element } from "./elements.js";
import { dropDraft } from "./local_drafts.js";

const form = element(document, "form[data-choice]", HTMLFormElement);
const visit = datum(form, "visit");

form.addEventListener("submit", async (event) => {
  if ("goes" in form.dataset) {
    return;
  }
  event.preventDefault();
  await dropDraft(visit).catch(() => {});
  form.dataset.goes = "";
  form.requestSubmit(event.submitter);
});

const drop = element(form, "a[data-drop-draft]", HTMLAnchorElement);
drop.addEventListener("click", async (event) => {
  event.preventDefault();
  await dropDraft(visit).catch(() => {});
  location.assign(drop.href);
});
