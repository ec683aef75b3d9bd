// Counts words: a sidecar that speaks JSON-RPC 2.0, one message a line.
//
// Portcullis writes each call to standard input as a line:
//   {"jsonrpc": "2.0", "id": 1, "method": "count", "params": {"text": "tea for two"}}
// The answer has the same id, and answers may come in any order. A call that nobody waits for any more is taken back:
//   {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 1}}
// A channel of the page is a token in `params`. Until the call is answered, whatever is sent with it reaches the page:
//   {"jsonrpc": "2.0", "method": "$/channel", "params": {"channel": "1/to", "message": "tea"}}
// After a silence the gateway asks `$/ping`, to which any answer will do, also that there is no such method.
// Standard output is for messages alone; `console.error` goes to the log. The end of standard input means that the app
// has gone.

import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** What the page is told: a number of the program's own, and words. */
class Fault extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

// ---- What it can do: a function for each method, with the call's arguments and a signal that takes it back. ----

const methods = {
  count({ text }) {
    const words = text.split(/\s+/u).filter(Boolean);
    if (words.length === 0) throw new Fault(1, "there are no words in it");
    return { words: words.length, longest: words.reduce((a, b) => (b.length > a.length ? b : a)) };
  },

  async "count/slowly"({ text, seconds }, signal) {
    await sleep(seconds * 1000, undefined, { signal });
    return methods.count({ text });
  },

  stream({ text, to }) {
    const counted = methods.count({ text });
    for (const [word] of text.matchAll(/\S+/gu)) tell("$/channel", { channel: to, message: word });
    return counted;
  },
};

// ---- How it is asked. ----

const running = new Map(); // ids of calls, each with what takes it back

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

const tell = (method, params) => send({ method, params });

/** Answers one call; whatever goes wrong with it, the others get their answers. */
async function answer({ id, method, params }) {
  const call = new AbortController();
  running.set(id, call);
  try {
    if (!Object.hasOwn(methods, method)) throw new Fault(-32601, `there is no method \`${method}\``);
    send({ id, result: await methods[method](params, call.signal) });
  } catch (error) {
    if (call.signal.aborted) return;
    if (!(error instanceof Fault)) console.error(`${method}:`, error);
    send({ id, error: { code: error instanceof Fault ? error.code : -32603, message: error.message } });
  } finally {
    running.delete(id);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if (message.id !== undefined) answer(message);
  else if (message.method === "$/cancelRequest") running.get(message.params.id)?.abort();
}
// The app has gone: nobody waits for what is still running.
for (const call of running.values()) call.abort();
