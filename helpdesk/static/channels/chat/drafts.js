// What somebody has written in a form of the chat stays when the page changes (another language, the door that closed).

import { memory } from "./memory.js"

for (const field of document.querySelectorAll("[data-draft]")) {
  if (!field.value) field.value = memory.draft(field.dataset.draft)
  field.addEventListener("input", () => memory.keepDraft(field.dataset.draft, field.value))
}
document.querySelector("form[data-drafts]")?.addEventListener("submit", forgetDrafts)

export function forgetDrafts() {
  for (const field of document.querySelectorAll("[data-draft]")) memory.keepDraft(field.dataset.draft, "")
}
