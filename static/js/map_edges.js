// @ts-check
/** Between a place on earth and a spot in the drawing: linear, as roads/map_view.py draws it. */

/** @typedef {{west: number, south: number, east: number, north: number}} Edges in degrees */
/** @typedef {[number, number]} Spot right and down, in units of the drawing */

/**
 * The latitude and longitude, in degrees, of a spot.
 * @param {Spot} spot
 * @param {Edges} edges
 * @param {Spot} size breadth and height of the drawing
 * @returns {[number, number]}
 */
export function placeAt([right, down], { west, south, east, north }, [wide, high]) {
  return [north - (down / high) * (north - south), west + (right / wide) * (east - west)];
}

/**
 * The spot of a latitude and longitude, in degrees.
 * @param {[number, number]} place
 * @param {Edges} edges
 * @param {Spot} size breadth and height of the drawing
 * @returns {Spot}
 */
export function spotOf([lat, lon], { west, south, east, north }, [wide, high]) {
  return [((lon - west) / (east - west)) * wide, ((north - lat) / (north - south)) * high];
}

/**
 * The nearest spot inside the drawing.
 * @param {Spot} spot
 * @param {Spot} size
 * @returns {Spot}
 */
export function inside([right, down], [wide, high]) {
  return [Math.min(Math.max(right, 0), wide), Math.min(Math.max(down, 0), high)];
}

/**
 * The corner of a window of these sides around `middle`, moved so that it stays inside the drawing.
 * @param {Spot} middle
 * @param {Spot} sides
 * @param {Spot} size
 * @returns {Spot}
 */
export function windowCorner(middle, sides, size) {
  return inside([middle[0] - sides[0] / 2, middle[1] - sides[1] / 2], [size[0] - sides[0], size[1] - sides[1]]);
}
