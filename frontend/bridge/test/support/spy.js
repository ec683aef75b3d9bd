// Lets a page replace built-ins with spies, and searches whatever they see for a secret.

import { types } from "node:util";

import { bytesOf } from "./engine.js";

/**
 * Whether `needle` can be found from `value`: in strings, names, sources, bytes, members, entries and prototypes.
 * @param {unknown} value
 * @param {string} needle
 * @param {WeakMap<object, Map<string, string>>} headerMaps  what the stand-in engine's `Headers` objects hold
 * @param {Set<unknown>} [seen]  not searched
 */
export function reaches(value, needle, headerMaps, seen = new Set()) {
  const left = [value];
  while (left.length > 0) {
    const item = left.pop();
    if (typeof item === "string" && item.includes(needle)) return true;
    if (typeof item === "symbol" && String(item).includes(needle)) return true;
    if ((typeof item !== "object" && typeof item !== "function") || item === null || seen.has(item)) continue;
    seen.add(item);
    if (typeof item === "function" && Function.prototype.toString.call(item).includes(needle)) return true;
    if (types.isAnyArrayBuffer(item) || ArrayBuffer.isView(item)) {
      if (Buffer.from(bytesOf(item)).includes(needle)) return true;
    }
    if (types.isMap(item)) Map.prototype.forEach.call(item, (entry, name) => left.push(entry, name));
    if (types.isSet(item)) Set.prototype.forEach.call(item, (entry) => left.push(entry));
    for (const [name, text] of headerMaps.get(item) ?? []) left.push(name, text);
    left.push(Reflect.getPrototypeOf(item));
    for (const name of Reflect.ownKeys(item)) {
      const { value: member, get, set } = /** @type {any} */ (Reflect.getOwnPropertyDescriptor(item, name)) ?? {};
      left.push(name, member, get, set);
    }
  }
  return false;
}

/** The page's side: what it can do to a built-in. `see(self, arguments)` reports to the test. */
export const spyScript = `(function (see) {
  "use strict";
  const { apply, construct, defineProperty, getOwnPropertyDescriptor, ownKeys } = Reflect;
  const Failure = TypeError;
  const copy = (to, from) => {
    const names = ownKeys(from);
    for (let at = 0; at < names.length; at += 1) defineProperty(to, names[at], getOwnPropertyDescriptor(from, names[at]));
    return to;
  };
  const wrap = (original, breaks) => copy(function spy() {
    see(this, arguments);
    if (breaks) throw new Failure("broken by the page");
    return new.target ? construct(original, arguments, new.target === spy ? original : new.target) : apply(original, this, arguments);
  }, original);
  return {
    // Replaces one member by a spy that passes the call on, or throws.
    replace(owner, name, breaks) {
      const { value, get, set, enumerable } = getOwnPropertyDescriptor(owner, name);
      const changed = { __proto__: null, configurable: true, enumerable };
      if (typeof value === "function") { changed.value = wrap(value, breaks); changed.writable = true; }
      else { if (get) changed.get = wrap(get, breaks); if (set) changed.set = wrap(set, breaks); }
      defineProperty(owner, name, changed);
    },
    // Lies in wait on a prototype for whoever reads or writes this name on an object that lacks it.
    trap(owner, name, found) {
      defineProperty(owner, name, {
        __proto__: null,
        configurable: true,
        get() { see(this, name); return found; },
        set(value) { see(this, value); defineProperty(this, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true }); },
      });
    },
    toJSON(owner) {
      defineProperty(owner, "toJSON", { __proto__: null, configurable: true, value() { see(this, arguments); return this; } });
    },
  };
})`;
