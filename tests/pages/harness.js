// A very small test runner for pages: every test's outcome goes to the host in one report.
const internals = window.__TAURI_INTERNALS__;
const tests = [];

export const test = (name, run) => tests.push({ name, run });

export const equal = (actual, expected, what = "value") => {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: expected ${b}, got ${a}`);
};

export const rejection = async (promise) => {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("the call was not rejected");
};

const guard = (promise) =>
  Promise.race([
    promise,
    new Promise((_, reject) => setTimeout(() => reject(new Error("no answer within 20 s")), 20_000)),
  ]);

/** Runs the tests one after another and reports. */
export const finish = async (report = (value) => internals.invoke("report", value)) => {
  const results = [];
  for (const { name, run } of tests) {
    try {
      await guard(run());
      results.push({ name, ok: true });
    } catch (error) {
      results.push({ name, ok: false, error: String(error?.message ?? JSON.stringify(error)) });
    }
  }
  await report({ window: internals?.metadata.currentWindow.label, results });
};
