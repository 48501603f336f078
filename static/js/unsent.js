// @ts-check
/** Says on the first page what still stands on this device, and drops what is another person's or too old. */
import { datum, element } from "./elements.js";
import { sweepDrafts, unsentPages } from "./local_drafts.js";

const box = element(document, "[data-unsent]", HTMLElement);

async function look() {
  const owner = datum(box, "owner");
  await sweepDrafts(owner);
  const pages = await unsentPages(owner);
  const links = element(box, "[data-unsent-links]", HTMLElement);
  for (const page of pages) {
    const link = document.createElement("a");
    link.href = page;
    link.textContent = datum(links, "label");
    link.className = "btn btn-secondary";
    links.append(link, " ");
  }
  box.hidden = pages.length === 0;
}

look().catch(() => {});
