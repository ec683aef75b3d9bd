// Exists so that a page can call the gateway where no isolated JavaScript world can hold the key.
//
// The host appends `(<config as JSON>);` and injects the result at document start, in the top frame only.
// The key lives in this closure and leaves it on a lane, nowhere else. The page runs later in the same
// world and may replace any built-in, so code that runs after installation keeps to these rules:
//   1. call only built-ins captured below, methods through `uncurry`, never `value.method()`;
//   2. hand the engine null-prototype dictionaries, so that nothing is looked up on `Object.prototype`;
//   3. no spread, `for…of`, array destructuring, `instanceof` or `await`: all of them run code of the page.

/**
 * What the host decides for one document.
 * @typedef {object} BridgeConfig
 * @property {string} key  what proves to the host that a call comes from this document
 * @property {"linux" | "macos" | "windows" | "ios" | "android"} os
 * @property {string} windowLabel
 * @property {string} webviewLabel
 * @property {boolean} messageLane  whether the host listens to `window.ipc.postMessage`
 */

/**
 * What `postMessage` takes: one call, and the ids of the callbacks that get its result or its rejection. `signal` is the
 * number by which the call can be taken back, or 0.
 * @typedef {{ cmd: string, callback: number, error: number, payload: unknown, options?: any, signal?: number }} Message
 *
 * A message made ready to travel; `headers` are the caller's own, in lower case.
 * @typedef {{ command: string, callback: number, error: number, headers: any, contentType: string, body: any }} Call
 * @typedef {"protocol" | "message"} Lane
 * @typedef {(value: any) => void} Settle
 */

(function install(/** @type {BridgeConfig} */ config) {
  "use strict";
  // A second injection (`document.open` keeps the global) must touch nothing that the page could have replaced.
  if ("__TAURI_INTERNALS__" in window) return;

  const { key, os, windowLabel, webviewLabel, messageLane } = config;

  // Captured built-ins.
  const global = /** @type {any} */ (window);
  const { apply, defineProperty, getOwnPropertyDescriptor } = Reflect;
  const { AbortSignal, Array, ArrayBuffer, DataView, Headers, Map, Promise, Response, TypeError, Uint8Array, Uint32Array } = global;
  const { atob, btoa, console, crypto, encodeURIComponent, fetch } = global;
  const { parse, stringify } = JSON;
  const [isArray, isView] = [Array.isArray, ArrayBuffer.isView];

  /** @type {(fn: Function) => (self: any, ...args: any[]) => any} */
  const uncurry = (fn) => (self, ...args) => apply(fn, self, args);
  /** @type {(prototype: object, name: PropertyKey) => (self: any) => any} */
  const getter = (prototype, name) => uncurry(/** @type {any} */ (getOwnPropertyDescriptor(prototype, name)).get);

  /** @type {() => any} */
  const dictionary = () => ({ __proto__: null });

  const warn = uncurry(console.warn);
  const reportError = uncurry(console.error);
  const randomValues = uncurry(crypto.getRandomValues);
  const isPrototypeOf = uncurry(Object.prototype.isPrototypeOf);
  const arraySlice = uncurry(Array.prototype.slice);
  const exec = uncurry(RegExp.prototype.exec);
  const toLowerCase = uncurry(String.prototype.toLowerCase);
  const trim = uncurry(String.prototype.trim);
  const then = uncurry(Promise.prototype.then);
  const mapForEach = uncurry(Map.prototype.forEach);
  const isAborted = getter(AbortSignal.prototype, "aborted");
  const abortReason = getter(AbortSignal.prototype, "reason");
  const listen = uncurry(global.EventTarget.prototype.addEventListener);
  const listenNoMore = uncurry(global.EventTarget.prototype.removeEventListener);
  const headersGet = uncurry(Headers.prototype.get);
  const headersForEach = uncurry(Headers.prototype.forEach);
  const responseHeaders = getter(Response.prototype, "headers");
  const responseText = uncurry(Response.prototype.text);
  const responseBuffer = uncurry(Response.prototype.arrayBuffer);
  const TypedPrototype = Object.getPrototypeOf(Uint8Array.prototype);
  const typedName = getter(TypedPrototype, Symbol.toStringTag);
  /** @type {(name: string) => (raw: any) => any} */
  const viewGetter = (name) => {
    const ofTyped = getter(TypedPrototype, name);
    const ofDataView = getter(DataView.prototype, name);
    return (raw) => (typedName(raw) === undefined ? ofDataView(raw) : ofTyped(raw));
  };
  const viewBuffer = viewGetter("buffer");
  const viewOffset = viewGetter("byteOffset");
  const viewLength = viewGetter("byteLength");
  const bufferLength = getter(ArrayBuffer.prototype, "byteLength");

  // By its brand: a prototype can be put on anything, and `fetch` would send a `Blob` as what it is.
  /** @type {(value: any) => boolean} */
  const isBuffer = (value) => {
    if (!isPrototypeOf(ArrayBuffer.prototype, value)) return false;
    try {
      return bufferLength(value) >= 0;
    } catch {
      return false;
    }
  };

  const JSON_TYPE = "application/json";
  const RAW_TYPE = "application/octet-stream";
  const SERIALIZE = "__TAURI_TO_IPC_KEY__";
  const isHttp = os === "windows" || os === "android"; // their engines know custom schemes only as http hosts
  const base = isHttp ? "http://ipc.localhost/" : "ipc://localhost/";
  const reserved = { __proto__: null, "content-type": 0, "tauri-callback": 0, "tauri-error": 0, "tauri-invoke-key": 0 };

  // Runs one of two handlers that never throw. Without an own `constructor`, `then` would ask the page's.
  /** @type {(promise: PromiseLike<any>, ok: Settle, fail: Settle) => void} */
  function settle(promise, ok, fail) {
    defineProperty(promise, "constructor", /** @type {any} */ ({ __proto__: null, value: undefined }));
    then(promise, ok, fail);
  }

  // Callbacks: how answers come back, whatever the lane.
  const callbacks = dictionary();

  /** @param {unknown} callback */
  function transformCallback(callback, once = false) {
    const ids = new Uint32Array(1);
    do randomValues(crypto, ids);
    while (ids[0] in callbacks);
    callbacks[ids[0]] = { callback, once };
    return ids[0];
  }

  const unregisterCallback = (/** @type {number} */ id) => void delete callbacks[id];

  /** @type {(id: number, value: unknown) => void} */
  function deliver(id, value) {
    const entry = callbacks[id];
    if (entry === undefined) return warn(console, `[portcullis] no callback ${id}`);
    if (entry.once) delete callbacks[id];
    if (typeof entry.callback !== "function") return;
    try {
      apply(entry.callback, undefined, [value]);
    } catch (fault) {
      reportError(console, `[portcullis] callback ${id} failed:`, fault);
    }
  }

  // What the host evaluates to answer a message or to push on a channel.
  /** @type {(id: number, payload: any, kind?: string) => void} */
  function runCallback(id, payload, kind) {
    if (kind === undefined) return deliver(id, payload);
    if (kind === "event") return deliverEvent(payload);
    // What waits at the host is fetched even so: until then it takes room there.
    if (!(id in callbacks) && kind !== "channel-fetch") return deliver(id, undefined);
    try {
      // Text, because `__proto__` in an object literal means something else than in JSON.
      if (kind === "json") deliver(id, parse(payload));
      else if (kind === "channel-json") deliver(id, { index: payload.index, message: parse(payload.message) });
      else if (kind === "bytes") deliver(id, fromBase64(payload));
      else if (kind === "channel-bytes") deliver(id, { index: payload.index, message: fromBase64(payload.message) });
      else if (kind === "channel-fetch") fetchChannelMessage(id, payload.index, payload.id);
      else warn(console, `[portcullis] unknown kind \`${kind}\` for callback ${id}`);
    } catch (fault) {
      reportError(console, `[portcullis] unreadable answer for callback ${id}:`, fault);
    }
  }

  // One event for several listeners; one that has just stopped listening is no fault.
  /** @type {(call: { event: string, ids: any, payload: string }) => void} */
  function deliverEvent({ event, ids, payload }) {
    for (let at = 0; at < ids.length; at += 1)
      if (ids[at] in callbacks) deliver(ids[at], { event, id: ids[at], payload: parse(payload) });
  }

  /** @type {(id: number, index: number, ticket: number | string) => void} */
  function fetchChannelMessage(id, index, ticket) {
    const headers = { __proto__: null, "Tauri-Channel-Id": `${ticket}` };
    const arrived = (/** @type {unknown} */ message) => deliver(id, { index, message });
    call("plugin:__TAURI_CHANNEL__|fetch", null, { headers }, arrived, (fault) => {
      const code = typeof fault === "object" && fault !== null ? fault.code : fault;
      warn(console, `[portcullis] lost message ${index} of channel ${id}:`, code);
    });
  }

  // Bytes. Tables, because they need no built-in per byte.
  const charOf = dictionary();
  const codeOf = dictionary();
  for (let code = 0; code < 256; code += 1) codeOf[(charOf[code] = String.fromCharCode(code))] = code;

  /** @param {string} text */
  function fromBase64(text) {
    const binary = atob(text);
    const buffer = new ArrayBuffer(binary.length);
    const bytes = new Uint8Array(buffer);
    for (let at = 0; at < binary.length; at += 1) bytes[at] = codeOf[binary[at]];
    return buffer;
  }

  /** @param {any} bytes */
  function toBase64(bytes) {
    let binary = "";
    for (let at = 0, end = viewLength(bytes); at < end; at += 1) binary += charOf[bytes[at]];
    return btoa(binary);
  }

  /** @param {any} raw  a buffer or view, whose memory the result shares */
  const bytesOf = (raw) =>
    isView(raw) ? new Uint8Array(viewBuffer(raw), viewOffset(raw), viewLength(raw)) : new Uint8Array(raw);

  /** @param {any} list */
  function bytesOfList(list) {
    const bytes = new Uint8Array(list.length);
    for (let at = 0; at < list.length; at += 1) {
      const byte = list[at];
      if ((byte & 255) !== byte) throw new TypeError(`an array is sent as bytes, and its item ${at} is not a byte`);
      bytes[at] = byte;
    }
    return bytes;
  }

  // What `JSON.stringify` alone would lose.
  /** @type {(name: string, value: any) => unknown} */
  function replacer(_name, value) {
    if (typeof value !== "object" || value === null) return value;
    if (isPrototypeOf(Map.prototype, value)) {
      const entries = dictionary();
      mapForEach(value, (/** @type {unknown} */ item, /** @type {any} */ name) => (entries[name] = item));
      return entries;
    }
    if (isPrototypeOf(Uint8Array.prototype, value) || isPrototypeOf(ArrayBuffer.prototype, value)) {
      const bytes = bytesOf(value);
      const length = /** @type {any} */ ({ __proto__: null, value: viewLength(bytes) });
      defineProperty(bytes, "length", length); // or `slice` would ask the page's prototype
      return arraySlice(bytes);
    }
    return typeof value[SERIALIZE] === "function" ? value[SERIALIZE]() : value;
  }

  /** @param {any} options */
  function callerHeaders(options) {
    const kept = dictionary();
    // Own only: a page may have put a `headers` on `Object.prototype`.
    const own = typeof options === "object" && options !== null && getOwnPropertyDescriptor(options, "headers");
    const given = own ? options.headers : null;
    if (given === undefined || given === null) return kept;
    headersForEach(new Headers(given), (/** @type {string} */ value, /** @type {string} */ name) => {
      if (!(name in reserved)) kept[name] = value;
    });
    return kept;
  }

  // Reads everything that belongs to the page, before any lane is involved.
  /** @type {(message: Message) => Call} */
  function prepare({ cmd, callback, error, payload, options, signal }) {
    if (typeof cmd !== "string") throw new TypeError("a command is a string");
    const headers = callerHeaders(options);
    if (typeof signal === "number" && signal > 0) headers["portcullis-signal"] = `${signal}`;
    let contentType = RAW_TYPE;
    let body;
    if (isArray(payload)) body = bytesOfList(payload);
    else if (isView(payload) || isBuffer(payload)) {
      // A call that waits for the probe must not see what the page does to the buffer meanwhile.
      body = lane === undefined ? new Uint8Array(bytesOf(payload)) : payload;
    } else {
      contentType = JSON_TYPE;
      body = stringify(payload, replacer);
      if (body === undefined) throw new TypeError("this payload has no JSON form");
    }
    return { command: cmd, callback: callback >>> 0, error: error >>> 0, headers, contentType, body };
  }

  // Lanes. One is chosen before the first call and kept: a call that failed may have run, so nothing is sent twice.
  // `window.ipc` forwards to an object that the page can replace, so the message port is captured behind it.
  const hasPort = messageLane && typeof global.ipc?.postMessage === "function";
  const port = hasPort ? (global.webkit?.messageHandlers?.ipc ?? global.chrome?.webview ?? global.ipc) : undefined;
  const portPost = uncurry(port?.postMessage);
  // Android gives the host no request bodies, so there a probe would prove nothing.
  let /** @type {Lane | undefined} */ lane = !hasPort ? "protocol" : os === "android" ? "message" : undefined;
  let /** @type {any} */ probe;

  /** @param {Message} message */
  function postMessage(message) {
    let ready;
    try {
      ready = prepare(message);
    } catch (fault) {
      return deliver(message.error, fault);
    }
    if (lane !== undefined) return send(ready);
    if (probe === undefined) {
      // Runs nothing: the host answers 405, and a page whose policy blocks the protocol gets no answer at all.
      probe = fetch(base, { __proto__: null, method: "GET" });
      settle(probe, () => (lane = "protocol"), () => (lane = "message"));
    }
    settle(probe, () => send(ready), () => send(ready));
  }

  /** @param {Call} ready */
  function send(ready) {
    try {
      (lane === "message" ? sendMessage : sendRequest)(ready);
    } catch {
      fail(ready);
    }
  }

  /** @type {(ready: Call) => void} */
  function fail({ command, error }) {
    deliver(error, { code: "transport_failed", message: `no answer from the gateway to \`${command}\``, command });
  }

  /** @param {Call} ready */
  function sendMessage({ command, callback, error, headers, contentType, body }) {
    if (typeof body !== "string") body = toBase64(bytesOf(body));
    portPost(port, stringify({ __proto__: null, command, callback, error, key, headers, contentType, body }));
  }

  /** @param {Call} ready */
  function sendRequest(ready) {
    const { headers, body } = ready;
    headers["Content-Type"] = ready.contentType;
    headers["Tauri-Callback"] = `${ready.callback}`;
    headers["Tauri-Error"] = `${ready.error}`;
    headers["Tauri-Invoke-Key"] = key;
    const answer = fetch(base + encodeURIComponent(ready.command), { __proto__: null, method: "POST", headers, body });
    settle(answer, (response) => receive(ready, response), () => fail(ready));
  }

  /** @type {(ready: Call, response: Response) => void} */
  function receive(ready, response) {
    try {
      const headers = responseHeaders(response);
      const id = headersGet(headers, "Tauri-Response") === "ok" ? ready.callback : ready.error;
      // The type alone, without parameters; Android repeats it after a comma.
      const type = toLowerCase(trim(exec(/^[^,;]*/, headersGet(headers, "Content-Type") ?? "")[0]));
      const isText = type === JSON_TYPE || type === "text/plain";
      settle(isText ? responseText(response) : responseBuffer(response), (body) => {
        try {
          if (type === JSON_TYPE) body = parse(body);
        } catch {
          return fail(ready);
        }
        deliver(id, body);
      }, () => fail(ready));
    } catch {
      fail(ready);
    }
  }

  /** @type {(cmd: string, payload: unknown, options: any, resolve: Settle, reject: Settle, isSignalled?: boolean) => number} */
  function call(cmd, payload, options, resolve, reject, isSignalled = false) {
    /** @type {(other: () => number, settled: Settle) => number} */
    const register = (other, settled) =>
      transformCallback((/** @type {unknown} */ value) => {
        unregisterCallback(other());
        settled(value);
      }, true);
    const callback = register(() => error, resolve);
    /** @type {number} */
    const error = register(() => callback, reject);
    postMessage({ cmd, callback, error, payload, options, signal: isSignalled ? error : 0 });
    return error;
  }

  // The signal that may take a call back: `invoke(cmd, payload, { signal })`.
  /** @param {any} options */
  function signalOf(options) {
    const own = typeof options === "object" && options !== null && getOwnPropertyDescriptor(options, "signal");
    const signal = own ? options.signal : undefined;
    if (signal === undefined || signal === null) return undefined;
    isAborted(signal); // throws for what is no signal
    return signal;
  }

  // The promise is rejected at once; the gateway is told, so that what runs ends too. Its answer comes too late to matter.
  /** @type {(signal: any, cmd: string, payload: unknown, options: any, resolve: Settle, reject: Settle) => void} */
  function callUntil(signal, cmd, payload, options, resolve, reject) {
    if (isAborted(signal)) return reject(abortReason(signal));
    /** @type {(settled: Settle) => Settle} */
    const first = (settled) => (value) => {
      listenNoMore(signal, "abort", abort);
      settled(value);
    };
    const id = call(cmd, payload, options, first(resolve), first(reject), true);
    function abort() {
      first(reject)(abortReason(signal));
      const ignore = () => {};
      const headers = { __proto__: null, "portcullis-signal": `${id}` };
      call("plugin:__PORTCULLIS__|cancel", null, { headers }, ignore, ignore);
    }
    listen(signal, "abort", abort);
  }

  /** @type {(cmd: string, payload?: unknown, options?: { headers?: HeadersInit, signal?: AbortSignal }) => Promise<unknown>} */
  function invoke(cmd, payload = {}, options) {
    /** @type {(resolve: Settle, reject: Settle) => void} */
    const executor = (resolve, reject) => {
      const signal = signalOf(options);
      if (signal === undefined) call(cmd, payload, options, resolve, reject);
      else callUntil(signal, cmd, payload, options, resolve, reject);
    };
    return new Promise(executor);
  }

  /** @param {string} path */
  function convertFileSrc(path, protocol = "asset") {
    const file = encodeURIComponent(path);
    return isHttp ? `http://${protocol}.localhost/${file}` : `${protocol}://localhost/${file}`;
  }

  // What the page sees.
  const { freeze } = Object;
  const currentWebview = freeze({ windowLabel, label: webviewLabel });
  const metadata = freeze({ currentWindow: freeze({ label: windowLabel }), currentWebview });
  const plugins = { path: os === "windows" ? { sep: "\\", delimiter: ";" } : { sep: "/", delimiter: ":" } };
  const unregisterListener = (/** @type {string} */ _event, /** @type {number} */ id) => unregisterCallback(id);
  const show = (/** @type {string} */ name, /** @type {any} */ value) => defineProperty(window, name, { value });
  show("isTauri", true);
  show("__TAURI_EVENT_PLUGIN_INTERNALS__", freeze({ unregisterListener }));
  const calling = { invoke, postMessage, transformCallback, unregisterCallback, runCallback };
  show("__TAURI_INTERNALS__", freeze({ ...calling, convertFileSrc, metadata, plugins }));
})
