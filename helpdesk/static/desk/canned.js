// Quick replies: "/" and some words at the beginning of a message find answers; the arrows choose, Enter takes, Esc closes.
//
//   textarea[data-canned="address"]   asks that address with ?q=; the answer's fragment is #canned, a listbox of [data-text]

let timer = null
let asked = null

const list = () => document.getElementById("canned")
const options = () => [...(list()?.querySelectorAll("[role=option]") ?? [])]
const chosen = () => list()?.querySelector("[aria-selected=true]")
const isShown = () => list() && !list().hidden && options().length > 0

function mark(field) {
  const one = isShown() ? chosen() : null
  if (one) field.setAttribute("aria-activedescendant", one.id)
  else field.removeAttribute("aria-activedescendant")
}

async function find(field) {
  asked?.abort()
  asked = new AbortController()
  const url = new URL(field.dataset.canned, location.href)
  url.searchParams.set("q", field.value.slice(1))
  const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: asked.signal }).catch(() => null)
  if (!answer?.ok || !field.value.startsWith("/")) return
  live.show(await answer.json())
  mark(field)
}

function close(field) {
  clearTimeout(timer)
  asked?.abort()
  if (list()) list().hidden = true
  mark(field)
}

function take(field, option) {
  field.value = option.dataset.text
  close(field)
  field.focus()
  field.dispatchEvent(new Event("input", { bubbles: true }))
}

function step(field, by) {
  const all = options()
  const at = all.indexOf(chosen())
  all.forEach((one) => one.setAttribute("aria-selected", "false"))
  all[(at + by + all.length) % all.length].setAttribute("aria-selected", "true")
  chosen().scrollIntoView({ block: "nearest" })
  mark(field)
}

document.addEventListener("input", (event) => {
  const field = event.target
  if (!field.matches("textarea[data-canned]")) return
  if (!/^\/\S/.test(field.value)) return close(field)
  clearTimeout(timer)
  timer = setTimeout(find, 120, field)
})

// In the capture, so that Enter takes a reply instead of sending the slash.
document.addEventListener("keydown", (event) => {
  const field = event.target
  if (!field.matches?.("textarea[data-canned]") || !isShown() || event.isComposing) return
  const does = {
    ArrowDown: () => step(field, 1),
    ArrowUp: () => step(field, -1),
    Enter: () => take(field, chosen()),
    Escape: () => close(field),
  }[event.key]
  if (!does || event.shiftKey) return
  event.preventDefault()
  event.stopPropagation()
  does()
}, true)

document.addEventListener("click", (event) => {
  const option = event.target.closest("#canned [role=option]")
  if (option) take(document.querySelector("textarea[data-canned]"), option)
})
