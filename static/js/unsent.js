/** Says on the first page what still stands on this device, and drops what is another person's or too old. */
import { sweepDrafts, unsentPages } from "./local_drafts.js";

const box = document.querySelector("[data-unsent]");

async function look() {
  await sweepDrafts(box.dataset.owner);
  const pages = await unsentPages(box.dataset.owner);
  const links = box.querySelector("[data-unsent-links]");
  for (const page of pages) {
    const link = document.createElement("a");
    link.href = page;
    link.textContent = links.dataset.label;
    link.className = "btn btn-secondary";
    links.append(link, " ");
  }
  box.hidden = pages.length === 0;
}

look().catch(() => {});
