// Stands in for a webview's engine: `fetch`, `Headers` and `Response` inside a `node:vm` context.
//
// The classes that the page sees are shells; the work is done out here, in a realm that the page cannot
// reach, as native code would. Dictionaries are read as WebIDL reads them: inherited members count.

/**
 * @typedef {{ url: string, method: string, headers: Record<string, string>, body: string | Uint8Array | undefined }} Seen
 * @typedef {{ headers?: Record<string, string>, body?: string | Uint8Array }} Answer
 */

const shells = `(function (native) {
  "use strict";
  globalThis.fetch = function fetch(url, init) { return native.fetch(url, init); };
  globalThis.Headers = class Headers {
    constructor(init) { native.initHeaders(this, init); }
    get(name) { return native.header(this, name); }
    forEach(callback) { native.eachHeader(this, callback); }
  };
  globalThis.Response = class Response {
    get headers() { return native.headersOf(this); }
    text() { return native.read(this, true); }
    arrayBuffer() { return native.read(this, false); }
  };
  globalThis.EventTarget = class EventTarget {
    addEventListener(type, listener) { native.listen(this, type, listener); }
    removeEventListener(type, listener) { native.listenNoMore(this, type, listener); }
  };
  globalThis.AbortSignal = class AbortSignal extends EventTarget {
    get aborted() { return native.signal(this).aborted; }
    get reason() { return native.signal(this).reason; }
  };
  globalThis.AbortController = class AbortController {
    signal = native.newSignal(new AbortSignal());
    abort(reason) { native.abort(this.signal, reason); }
  };
  globalThis.atob = function atob(text) { return native.atob(text); };
  globalThis.btoa = function btoa(text) { return native.btoa(text); };
  globalThis.crypto = { getRandomValues(array) { return native.random(array); } };
  globalThis.console = {
    warn() { native.log("warn", arguments); },
    error() { native.log("error", arguments); },
  };
})`;

// What else an engine looks up in the dictionary that `fetch` gets.
const otherMembers = "cache credentials integrity keepalive mode priority redirect referrer referrerPolicy signal window".split(" ");

const typed = Object.getPrototypeOf(Uint8Array.prototype);
/** @type {(prototype: object, name: string, self: unknown) => any} */
const read = (prototype, name, self) =>
  Reflect.apply(/** @type {any} */ (Object.getOwnPropertyDescriptor(prototype, name)).get, self, []);

/**
 * A copy of the bytes of a buffer or view of any realm.
 * @param {any} raw
 */
export function bytesOf(raw) {
  if (!ArrayBuffer.isView(raw)) return new Uint8Array(new Uint8Array(raw));
  const prototype = read(typed, /** @type {any} */ (Symbol.toStringTag), raw) === undefined ? DataView.prototype : typed;
  const part = (/** @type {string} */ name) => read(prototype, name, raw);
  return new Uint8Array(new Uint8Array(part("buffer"), part("byteOffset"), part("byteLength")));
}

/** @param {any} init @returns {Map<string, string>} */
function headerMap(init) {
  const map = new Map();
  if (init === undefined) return map;
  if (typeof init !== "object" || init === null) throw new TypeError("headers are pairs or a record");
  const put = (/** @type {any} */ name, /** @type {any} */ value) => map.set(String(name).toLowerCase(), String(value));
  if (typeof init[Symbol.iterator] === "function") for (const [name, value] of init) put(name, value);
  else for (const name of Reflect.ownKeys(init)) put(name, init[name]);
  return map;
}

/**
 * Builds the engine into `realm`, a fresh context's global.
 * @param {any} realm
 * @param {(code: string) => any} run
 * @param {(request: Seen) => Answer | Promise<Answer>} answer  a throw is a network error
 * @param {() => void} [onWarn]
 */
export function buildEngine(realm, run, answer, onWarn) {
  /** @type {WeakMap<object, Map<string, string>>} */
  const headerMaps = new WeakMap();
  /** @type {WeakMap<object, { headers: object, body: string | Uint8Array }>} */
  const responses = new WeakMap();
  /** @type {WeakMap<object, { aborted: boolean, reason: any, listeners: Set<Function> }>} */
  const signals = new WeakMap();
  /** @type {Seen[]} */
  const requests = [];
  /** @type {{ warn: string[], error: string[] }} */
  const logged = { warn: [], error: [] };
  const { Promise: RealmPromise, ArrayBuffer: RealmBuffer, TypeError: RealmTypeError } = realm;
  /** @param {() => any} work */
  const promise = (work) => {
    /** @type {any} */
    let settle;
    const made = new RealmPromise((/** @type {any} */ resolve, /** @type {any} */ reject) => (settle = { resolve, reject }));
    Promise.resolve().then(work).then(settle.resolve, () => settle.reject(new RealmTypeError("Failed to fetch")));
    return made;
  };
  /** @param {Answer} given */
  const response = ({ headers = {}, body = "" }) => {
    const made = Object.create(ResponsePrototype);
    const head = Object.create(HeadersPrototype);
    headerMaps.set(head, headerMap(headers));
    responses.set(made, { headers: head, body });
    return made;
  };
  const native = {
    /** @param {any} url @param {any} init */
    fetch(url, init) {
      const { body, headers, method } = init;
      for (const member of otherMembers) {
        if (init[member] !== undefined) return promise(() => Promise.reject(new Error(`unexpected ${member}`)));
      }
      const sent = typeof body === "string" || body === undefined ? body : bytesOf(body);
      const request = { url: String(url), method: String(method), headers: Object.fromEntries(headerMap(headers)), body: sent };
      requests.push(request);
      return promise(async () => response(await answer(request)));
    },
    /** @param {object} self @param {any} init */
    initHeaders: (self, init) => void headerMaps.set(self, headerMap(headerMaps.get(init) ?? init)),
    /** @param {object} self @param {string} name */
    header: (self, name) => held(headerMaps, self).get(name.toLowerCase()) ?? null,
    /** @param {object} self @param {any} callback */
    eachHeader: (self, callback) => held(headerMaps, self).forEach((value, name) => callback(value, name)),
    /** @param {object} self */
    headersOf: (self) => held(responses, self).headers,
    /** @param {object} self @param {boolean} asText */
    read(self, asText) {
      const { body } = held(responses, self);
      const bytes = Buffer.from(body);
      return promise(() => {
        if (asText) return bytes.toString("utf8");
        const buffer = new RealmBuffer(bytes.length);
        new Uint8Array(buffer).set(bytes);
        return buffer;
      });
    },
    /** @param {object} self */
    signal: (self) => held(signals, self),
    /** @param {object} made */
    newSignal(made) {
      signals.set(made, { aborted: false, reason: undefined, listeners: new Set() });
      return made;
    },
    /** @param {object} self @param {any} reason */
    abort(self, reason) {
      const signal = held(signals, self);
      if (signal.aborted) return;
      Object.assign(signal, { aborted: true, reason });
      for (const listener of [...signal.listeners]) listener();
    },
    /** @param {object} self @param {string} type @param {Function} listener */
    listen: (self, type, listener) => void (type === "abort" && held(signals, self).listeners.add(listener)),
    /** @param {object} self @param {string} type @param {Function} listener */
    listenNoMore: (self, type, listener) => void (type === "abort" && held(signals, self).listeners.delete(listener)),
    atob: (/** @type {string} */ text) => atob(text),
    btoa: (/** @type {string} */ text) => btoa(text),
    /** @param {any} array */
    random(array) {
      new Uint32Array(read(typed, "buffer", array))[0] = Math.floor(Math.random() * 2 ** 32);
      return array;
    },
    /** @param {"warn" | "error"} level @param {ArrayLike<unknown>} parts */
    log(level, parts) {
      logged[level].push(Array.from(parts, String).join(" "));
      if (level === "warn") onWarn?.();
    },
  };
  run(shells)(native);
  const ResponsePrototype = realm.Response.prototype;
  const HeadersPrototype = realm.Headers.prototype;
  return { requests, logged, headerMaps, signals };
}

/**
 * @template T
 * @param {WeakMap<object, T>} store
 * @param {object} self
 * @returns {T}
 */
function held(store, self) {
  const found = store.get(self);
  if (found === undefined) throw new TypeError("Illegal invocation");
  return found;
}
