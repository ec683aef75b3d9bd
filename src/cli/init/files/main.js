// With a bundler: import { invoke } from "@tauri-apps/api/core";
const { invoke } = window.__TAURI_INTERNALS__;

const form = document.querySelector("form");
const output = document.querySelector("output");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = new FormData(form).get("name");
  try {
    output.textContent = await invoke("greet", { name });
  } catch (error) {
    // A call that is denied or fails says why.
    output.textContent = error.message ?? String(error);
  }
});
