// A page from an origin of its own: it has what its origin was granted, and nothing of the app's.
import { invoke } from "/api/core.js";
import { equal, finish, rejection, test } from "/harness.js";

test("the granted command runs", async () => {
  equal(await invoke("caller"), `main/main at ${location.origin}`);
});

test("what is granted to the app is not granted to it", async () => {
  const error = await rejection(invoke("echo", {}));
  equal(Object.keys(error), ["code", "message", "command"], "a remote page is told more than it should be");
  equal(error.code, "not_allowed");
});

finish();
