// @ts-check
/**
 * The board of a draft: pick a visit up, see for every evening what it would cost, put it down; hear what others
 * change. All of it can be done without this script too, on the page of the visit.
 */

import { listenToMouse } from "./board/dragging.js";
import { listenToForms } from "./board/forms.js";
import { listenToKeyboard } from "./board/keyboard.js";
import { pollNews } from "./board/news.js";
import { BoardPage } from "./board/page.js";
import { Picker } from "./board/picking.js";
import { element } from "./elements.js";

const page = new BoardPage(element(document, "#bord", HTMLElement));
const picker = new Picker(page);
listenToMouse(picker);
listenToKeyboard(picker);
listenToForms(page);
pollNews(picker);
document.querySelector(".board-weeks [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
