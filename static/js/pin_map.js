/** A pin set by hand: a click on the map, or the arrow keys, fill two fields. Works on [data-pin-map]. */

const SVG = "http://www.w3.org/2000/svg";
const SHAPE = "M0 0c-8-26-34-40-34-68a34 34 0 0 1 68 0c0 28-26 42-34 68z";
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 16;
const SMALL_STEP = 2;
const MAX_ZOOM = 8;

/** An element in the namespace of SVG. */
function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, value);
  }
  return element;
}

/** The map with its two fields. */
class PinMap {
  constructor(root) {
    this.root = root;
    this.stage = root.querySelector("[data-pin-map-stage]");
    this.svg = this.stage.querySelector("svg");
    this.fields = [root.dataset.lat, root.dataset.lon].map((id) => document.getElementById(id));
    this.said = root.querySelector("[data-pin-map-said]");
    this.size = this.svg.getAttribute("viewBox").split(" ").slice(2).map(Number);
    this.zoom = 1;
    this.middle = this.size.map((side) => side / 2);
    this.placePin();
    this.listen();
  }

  /** Take over the pin of the page, or keep one ready. */
  placePin() {
    this.svg.querySelector(".map-pin-is-hand")?.remove();
    this.pin = shape("g", { class: "map-pin map-pin-is-hand", visibility: "hidden" });
    this.pin.append(shape("path", { class: "map-pin-dot", d: SHAPE }));
    this.pin.append(shape("circle", { class: "map-icon", cx: 0, cy: -68, r: 12 }));
    this.svg.append(this.pin);
    this.readFields();
  }

  listen() {
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "group");
    this.stage.setAttribute("aria-label", this.svg.querySelector("title").textContent);
    this.root.querySelector("[data-pin-map-how]").hidden = false;
    this.stage.addEventListener("click", (event) => this.moveTo(this.unitsAt(event)));
    this.stage.addEventListener("keydown", (event) => this.step(event));
    for (const field of this.fields) {
      field.addEventListener("change", () => this.readFields());
    }
    for (const button of this.root.querySelectorAll("[data-pin-map-zoom]")) {
      button.hidden = false;
      button.addEventListener("click", () => this.zoomBy(Number(button.dataset.pinMapZoom)));
    }
    this.showZoom();
  }

  /** Where in the drawing the pointer is. */
  unitsAt(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    return [point.x, point.y];
  }

  step(event) {
    const direction = KEYS[event.key];
    if (!direction) {
      return;
    }
    event.preventDefault();
    const length = (event.shiftKey ? SMALL_STEP : STEP) * this.zoom;
    const from = this.spot ?? this.middle;
    this.moveTo(from.map((value, axis) => value + direction[axis] * length));
  }

  moveTo(spot) {
    const inside = spot.map((value, axis) => Math.min(Math.max(value, 0), this.size[axis]));
    this.showPin(inside);
    const { west, south, east, north } = this.edges();
    const lat = north - (inside[1] / this.size[1]) * (north - south);
    const lon = west + (inside[0] / this.size[0]) * (east - west);
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
    const { west, south, east, north } = this.edges();
    this.showPin([((lon - west) / (east - west)) * this.size[0], ((north - lat) / (north - south)) * this.size[1]]);
  }

  showPin(spot) {
    this.spot = spot;
    this.pin.setAttribute("visibility", "visible");
    this.pin.setAttribute("transform", `translate(${spot[0]} ${spot[1]}) scale(${this.zoom})`);
  }

  zoomBy(factor) {
    this.zoom = Math.min(1, Math.max(1 / MAX_ZOOM, this.zoom * factor));
    this.middle = this.spot ?? this.middle;
    this.showZoom();
  }

  showZoom() {
    const sides = this.size.map((side) => side * this.zoom);
    const corner = this.middle.map((value, axis) =>
      Math.min(Math.max(value - sides[axis] / 2, 0), this.size[axis] - sides[axis]),
    );
    this.svg.setAttribute("viewBox", [...corner, ...sides].join(" "));
    for (const button of this.root.querySelectorAll("[data-pin-map-zoom]")) {
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
  new PinMap(root);
}
