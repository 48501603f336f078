// @ts-check
/** Elements of the page, by selector and by class: an element that is not there is an error of the page. */

/**
 * The first element inside `root` that matches; throws where there is none of that class.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} kind the class that the element must have, for example HTMLFormElement
 * @returns {T}
 */
export function element(root, selector, kind) {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) {
    throw new TypeError(`the page has no ${kind.name} at ${selector}`);
  }
  return found;
}

/**
 * A `data-` value; throws where the page does not give it.
 * @param {HTMLElement | SVGElement} holder
 * @param {string} name as in `dataset`
 * @returns {string}
 */
export function datum(holder, name) {
  const value = holder.dataset[name];
  if (value === undefined) {
    throw new TypeError(`the page gives no data-${name}`);
  }
  return value;
}

/**
 * The element itself, or the nearest one around it, that matches; null where there is none.
 * @param {EventTarget | null} target of an event, or the element with the focus
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export function closest(target, selector) {
  const found = target instanceof Element ? target.closest(selector) : null;
  return found instanceof HTMLElement ? found : null;
}
