// In a project with a bundler: import { Channel, invoke } from "@tauri-apps/api/core";
const { invoke } = window.__TAURI_INTERNALS__;
const form = document.querySelector("form");
const list = document.querySelector("ul");
const says = document.querySelector("output");

async function show() {
  const notes = await invoke("list");
  list.replaceChildren(...notes.map((note) => Object.assign(document.createElement("li"), { textContent: note.title })));
}

form.onsubmit = async (event) => {
  event.preventDefault();
  try {
    says.value = `${await invoke("add", { title: form.title.value })} notes`;
    form.reset();
  } catch (error) {
    says.value = error.code === "taken" ? `There is a note “${error.title}”.` : error.message;
  }
  await show();
};

await show();
