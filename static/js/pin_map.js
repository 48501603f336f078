// @ts-check
/** A pin set by hand: a click on the map, or the arrow keys, fill two fields. Works on [data-pin-map]. */

import { datum, element } from "./elements.js";
import { inside, placeAt, spotOf, windowCorner } from "./map_edges.js";

/** @typedef {import("./map_edges.js").Spot} Spot */

const SVG = "http://www.w3.org/2000/svg";
const SHAPE = "M0 0c-8-26-34-40-34-68a34 34 0 0 1 68 0c0 28-26 42-34 68z";
/** @type {Record<string, Spot>} */
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 16;
const SMALL_STEP = 2;
const MAX_ZOOM = 8;

/**
 * An element in the namespace of SVG.
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 */
function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, String(value));
  }
  return made;
}

/**
 * The middle of a drawing.
 * @param {Spot} size
 * @returns {Spot}
 */
function half([wide, high]) {
  return [wide / 2, high / 2];
}

/** The map with its two fields. */
class PinMap {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.stage = element(root, "[data-pin-map-stage]", HTMLElement);
    this.svg = element(this.stage, "svg", SVGSVGElement);
    this.fields = [datum(root, "lat"), datum(root, "lon")].map((id) =>
      element(document, `#${CSS.escape(id)}`, HTMLInputElement),
    );
    this.said = element(root, "[data-pin-map-said]", HTMLElement);
    /** @type {HTMLButtonElement[]} */
    this.zoomButtons = [...root.querySelectorAll("button")].filter((button) => "pinMapZoom" in button.dataset);
    const { width, height } = this.svg.viewBox.baseVal;
    /** @type {Spot} */
    this.size = [width, height];
    this.zoom = 1;
    this.middle = half(this.size);
    /** @type {Spot | null} where the pin is */
    this.spot = null;
    this.pin = shape("g", { class: "map-pin map-pin-is-hand", visibility: "hidden" });
    this.placePin();
    this.listen();
  }

  /** Take over the pin of the page, or keep one ready. */
  placePin() {
    this.svg.querySelector(".map-pin-is-hand")?.remove();
    this.pin.append(shape("path", { class: "map-pin-dot", d: SHAPE }));
    this.pin.append(shape("circle", { class: "map-icon", cx: 0, cy: -68, r: 12 }));
    this.svg.append(this.pin);
    this.readFields();
  }

  listen() {
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "group");
    this.stage.setAttribute("aria-label", element(this.svg, "title", SVGTitleElement).textContent ?? "");
    element(this.root, "[data-pin-map-how]", HTMLElement).hidden = false;
    this.stage.addEventListener("click", (event) => this.moveTo(this.unitsAt(event)));
    this.stage.addEventListener("keydown", (event) => this.step(event));
    for (const field of this.fields) {
      field.addEventListener("change", () => this.readFields());
    }
    for (const button of this.zoomButtons) {
      button.hidden = false;
      button.addEventListener("click", () => this.zoomBy(Number(button.dataset.pinMapZoom)));
    }
    this.showZoom();
  }

  /**
   * Where in the drawing the pointer is.
   * @param {MouseEvent} event
   * @returns {Spot}
   */
  unitsAt(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM()?.inverse());
    return [point.x, point.y];
  }

  /** @param {KeyboardEvent} event */
  step(event) {
    const direction = KEYS[event.key];
    if (!direction) {
      return;
    }
    event.preventDefault();
    const length = (event.shiftKey ? SMALL_STEP : STEP) * this.zoom;
    const from = this.spot ?? this.middle;
    this.moveTo([from[0] + direction[0] * length, from[1] + direction[1] * length]);
  }

  /** @param {Spot} spot */
  moveTo(spot) {
    const kept = inside(spot, this.size);
    this.showPin(kept);
    const [lat, lon] = placeAt(kept, this.edges(), this.size);
    [lat, lon].forEach((value, nth) => {
      this.fields[nth].value = value.toFixed(6);
    });
    this.said.textContent = `${this.root.dataset.set} ${lat.toFixed(5)}, ${lon.toFixed(5)}`;
  }

  /** Put the pin where the fields say. */
  readFields() {
    const [lat, lon] = this.fields.map((field) => Number.parseFloat(field.value.replace(",", ".")));
    if (Number.isNaN(lat) || Number.isNaN(lon)) {
      return;
    }
    this.showPin(spotOf([lat, lon], this.edges(), this.size));
  }

  /** @param {Spot} spot */
  showPin(spot) {
    this.spot = spot;
    this.pin.setAttribute("visibility", "visible");
    this.pin.setAttribute("transform", `translate(${spot[0]} ${spot[1]}) scale(${this.zoom})`);
  }

  /** @param {number} factor below 1 is nearer */
  zoomBy(factor) {
    this.zoom = Math.min(1, Math.max(1 / MAX_ZOOM, this.zoom * factor));
    this.middle = this.spot ?? this.middle;
    this.showZoom();
  }

  showZoom() {
    /** @type {Spot} */
    const sides = [this.size[0] * this.zoom, this.size[1] * this.zoom];
    const corner = windowCorner(this.middle, sides, this.size);
    this.svg.setAttribute("viewBox", [...corner, ...sides].join(" "));
    for (const button of this.zoomButtons) {
      button.disabled = Number(button.dataset.pinMapZoom) > 1 ? this.zoom === 1 : this.zoom <= 1 / MAX_ZOOM;
    }
    if (this.spot) {
      this.showPin(this.spot);
    }
  }

  edges() {
    const { west, south, east, north } = this.svg.dataset;
    return { west: Number(west), south: Number(south), east: Number(east), north: Number(north) };
  }
}

for (const root of document.querySelectorAll("[data-pin-map]")) {
  if (root instanceof HTMLElement) {
    new PinMap(root);
  }
}
