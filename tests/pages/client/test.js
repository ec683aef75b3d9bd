// The unmodified @tauri-apps/api, served from its package, against the gateway.
import { Channel, convertFileSrc, invoke, isTauri, SERIALIZE_TO_IPC_FN } from "/api/core.js";
import { equal, finish, rejection, test } from "/harness.js";

test("isTauri", async () => equal(isTauri(), true));

test("convertFileSrc", async () => {
  equal(convertFileSrc("/a b/ü.png"), `asset://localhost/${encodeURIComponent("/a b/ü.png")}`);
  equal(convertFileSrc("x", "custom"), "custom://localhost/x");
});

test("invoke with JSON", async () => {
  const value = { text: "ü☃\u2028😀", list: [1, 2.5, null, true], nested: { "a/b": "" } };
  equal(await invoke("echo", value), value);
  equal(await invoke("greet", { name: "you" }), "Hello, you!");
  equal(await invoke("plugin:tools|answer"), 42);
});

test("invoke with what JSON lacks", async () => {
  class Point {
    constructor() {
      this.x = 1;
    }
    [SERIALIZE_TO_IPC_FN]() {
      return { point: this.x };
    }
  }
  equal(
    await invoke("echo", {
      map: new Map([["k", 1]]),
      bytes: new Uint8Array([1, 2]),
      buffer: new Uint8Array([3]).buffer,
      point: new Point(),
    }),
    { map: { k: 1 }, bytes: [1, 2], buffer: [3], point: { point: 1 } },
  );
});

test("invoke with raw bytes of every size", async () => {
  for (const size of [0, 1, 1023, 1024, 1025, 65_537, 5_000_003]) {
    const bytes = new Uint8Array(size).map((_, index) => (index * 31) % 251);
    const back = await invoke("echo", bytes);
    if (!(back instanceof ArrayBuffer)) throw new Error(`${size}: not an ArrayBuffer`);
    const got = new Uint8Array(back);
    equal(got.length, size, "length");
    if (got.some((byte, index) => byte !== bytes[index])) throw new Error(`${size}: bytes differ`);
  }
});

test("invoke with a large JSON body", async () => {
  const text = "ä".repeat(1_500_000);
  equal((await invoke("echo", { text })).text.length, text.length);
});

test("what only looks like bytes is not handed to the engine as it is", async () => {
  const blob = Object.setPrototypeOf(new Blob(["x"]), ArrayBuffer.prototype);
  const form = new FormData();
  form.append("file", new Blob(["x"]));
  Object.setPrototypeOf(form, ArrayBuffer.prototype);
  for (const payload of [blob, form]) {
    await invoke("echo", payload).catch(() => undefined);
    equal(await invoke("greet", { name: "still" }), "Hello, still!");
  }
});

test("headers of the caller reach the command", async () => {
  const headers = await invoke("headers", {}, { headers: { "X-Mine": "yes" } });
  equal(headers.find(([name]) => name === "x-mine"), ["x-mine", "yes"]);
  equal(headers.some(([, value]) => value.length === 43), false, "the key is among the headers");
});

test("rejections of the gateway", async () => {
  const denied = await rejection(invoke("denied"));
  equal([denied.code, denied.command], ["not_allowed", "denied"]);
  if (!denied.help?.includes("other-window")) throw new Error(`help: ${denied.help}`);
  if (!/gateway\.yaml:\d+:\d+$/.test(denied.at)) throw new Error(`at: ${denied.at}`);
  equal((await rejection(invoke("nothing"))).code, "unknown_command");
  equal((await rejection(invoke("greet", { nam: "x" }))).code, "unknown_argument");
  equal((await rejection(invoke("greet"))).code, "missing_argument");
  equal((await rejection(invoke("greet", { name: 1 }))).code, "invalid_argument");
  equal((await rejection(invoke("a/b"))).code, "invalid_request");
});

test("rejections of commands pass as they are", async () => {
  equal(await rejection(invoke("fail", { a: 1 })), { mine: { a: 1 } });
});

test("a process that fails, and one that never ends", async () => {
  const failed = await rejection(invoke("fails"));
  equal([failed.code, failed.exit], ["process_failed", 3]);
  equal((await rejection(invoke("hangs"))).code, "timeout");
  equal((await rejection(invoke("missing"))).code, "program_not_found");
  equal(await invoke("greet", { name: "still" }), "Hello, still!");
});

test("a channel delivers in order and ends", async () => {
  const [json, bytes] = [[], []];
  const onJson = new Channel((message) => json.push(message));
  const onBytes = new Channel((message) => bytes.push(message));
  const count = 300;
  equal(await invoke("stream", { count, json: onJson, bytes: onBytes }), count);
  // The last messages may still be on their way.
  const arrived = async () => {
    while (json.length < count || bytes.length < count) await new Promise((go) => setTimeout(go, 10));
  };
  await arrived();
  equal(json.map((message) => message.number), Array.from({ length: count }, (_, index) => index));
  bytes.forEach((message, index) => {
    const view = new Uint8Array(message);
    const size = [1, 900, 1100, 9000, 20_000][index % 5];
    if (view.length !== size || view.some((byte) => byte !== index % 256)) {
      throw new Error(`message ${index}: ${view.length} bytes of ${view[0]}`);
    }
  });
  equal(bytes.length, count);
});

test("sixty calls at once keep their answers apart", async () => {
  const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => invoke("echo", { n })));
  equal(answers.map(({ n }) => n), Array.from({ length: 60 }, (_, n) => n));
});

finish();
