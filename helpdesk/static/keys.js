// The keyboard reaches everything, and what opens can be closed again. In every page, for staff and citizens.
//
//   data-key="F2"            on a button, link or field: that key presses it (a choice, too), or goes to the field. Function keys, Alt 1–9 and
//                            the like ("Shift+F8"): no single letter, so that nothing happens by mistake. The first one on the
//                            page that is shown and usable counts. Its name in the list: data-key-label, else its own text.
//   F1 and [data-keys-open]  show the list of the page's keys in <dialog id="keys">, where each can be given another key, and
//                            all be turned off; that is kept on this computer.
//   data-arrows              on a list, tab row or toolbar: arrow keys, Home and End move between its links and buttons
//                            (or what has data-arrow-stop). In a text field the arrows stay the field's.
//   data-opens="id"          shows <dialog id>; data-closes closes the dialog it stands in
//   data-toggles="id"        shows or hides that element (with data-open, which live updates respect) and sets aria-expanded
//   <details class="menu">   closes with Esc and with a click outside; so does what data-toggles opened, if it is .popover
//   [data-toast-close]       takes a receipt away; one that only says "done" goes by itself after eight seconds
//   data-focus               gets focus when the page opens (the list of errors)

const STORED = "helpdesk.keys"
const kept = { off: false, moved: {}, ...JSON.parse(localStorage.getItem(STORED) ?? "{}") }
const keep = () => localStorage.setItem(STORED, JSON.stringify(kept))

function named(event) {
  const key = event.altKey && /^Digit\d$/.test(event.code) ? event.code.slice(5) : event.key
  return [event.ctrlKey && "Ctrl", event.altKey && "Alt", event.shiftKey && "Shift", key].filter(Boolean).join("+")
}

const isShown = (node) => node.checkVisibility() && !node.disabled && !node.closest("[inert]")
const keyed = () => [...document.querySelectorAll("[data-key]")].filter(isShown)
const keyOf = (node) => kept.moved[node.dataset.key] ?? node.dataset.key
const nameOf = (node) => {
  const copy = node.cloneNode(true)
  copy.querySelectorAll("kbd, .vh:not(:only-child), svg").forEach((extra) => extra.remove())
  return node.dataset.keyLabel ?? node.ariaLabel ?? (node.labels?.[0]?.textContent || copy.querySelector("b")?.textContent || copy.textContent).trim()
}

function press(event) {
  const key = named(event)
  const list = document.getElementById("keys")
  if (key === "F1" && list) {
    event.preventDefault()
    return list.open ? list.close() : showKeys(list)
  }
  if (kept.off || document.querySelector("dialog:modal")) return
  const target = keyed().find((node) => keyOf(node) === key)
  if (!target) return
  event.preventDefault()
  target.focus()
  if (target.matches("input:not([type=radio]), textarea, select")) target.select?.()
  else if (target.ariaDisabled !== "true") target.click()
}

// The list of keys ------------------------------------------------------------------------------------------------------
function showKeys(list) {
  const rows = list.querySelector("[data-keys-list]")
  rows.replaceChildren()
  for (const node of keyed()) {
    const row = list.querySelector("template").content.firstElementChild.cloneNode(true)
    row.querySelector("kbd").textContent = keyOf(node)
    row.querySelector("span").textContent = nameOf(node)
    row.querySelector("button").addEventListener("click", (event) => changeKey(event.currentTarget, row, node, list))
    rows.append(row)
  }
  const off = list.querySelector("[data-keys-off]")
  off.checked = kept.off
  off.onchange = () => {
    kept.off = off.checked
    keep()
  }
  list.showModal()
}

function changeKey(button, row, node, list) {
  const shown = row.querySelector("kbd")
  shown.textContent = list.dataset.press
  button.addEventListener("keydown", function choose(event) {
    if (["Shift", "Control", "Alt", "Meta", "Tab", "AltGraph"].includes(event.key)) return
    event.preventDefault()
    event.stopPropagation()
    const key = named(event)
    const isFit = /^F([2-9]|1[0-2])$/.test(event.key) || event.altKey || event.ctrlKey
    const isTaken = keyed().some((other) => other !== node && keyOf(other) === key)
    if (event.key !== "Escape" && (!isFit || isTaken)) return (shown.textContent = isTaken ? list.dataset.taken : list.dataset.press)
    button.removeEventListener("keydown", choose)
    if (event.key !== "Escape") {
      kept.moved[node.dataset.key] = key
      keep()
      label()
    }
    shown.textContent = keyOf(node)
  })
}

// What the page says beside its buttons follows the keys that were chosen.
function label() {
  for (const node of document.querySelectorAll("[data-key]")) {
    node.setAttribute("aria-keyshortcuts", keyOf(node))
    const shown = node.querySelector("kbd") ?? (node.matches("input") ? node.parentElement.querySelector("kbd") : null)
    if (shown && shown.textContent !== keyOf(node)) shown.textContent = keyOf(node)
  }
}

// Arrows ----------------------------------------------------------------------------------------------------------------
const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -Infinity, End: Infinity }

function step(event) {
  const group = event.target.closest?.("[data-arrows]")
  if (!group || !(event.key in STEPS) || event.altKey || event.ctrlKey || event.metaKey) return
  if (event.target.matches("input:not([type=checkbox]), textarea, select, [role=slider]")) return
  const stops = [...group.querySelectorAll("[data-arrow-stop]")]
  const places = (stops.length ? stops : [...group.querySelectorAll("a[href], button")]).filter(isShown)
  const at = places.indexOf(event.target.closest("a[href], button, [data-arrow-stop]"))
  const next = places[Math.min(Math.max(at + STEPS[event.key], 0), places.length - 1)]
  if (!next) return
  event.preventDefault()
  next.focus()
}

// Opening and closing -----------------------------------------------------------------------------------------------------
function toggle(button) {
  const target = document.getElementById(button.dataset.toggles)
  target.hidden = !target.hidden
  target.dataset.open = String(!target.hidden)
  button.ariaExpanded = String(!target.hidden)
  if (!target.hidden) target.querySelector("[autofocus], input, textarea, select, button, a[href]")?.focus()
}

function closeAround(spared, backToButton) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu.contains(spared)) continue
    menu.open = false
    if (backToButton) menu.querySelector("summary").focus()
  }
  for (const button of document.querySelectorAll("[data-toggles][aria-expanded=true]")) {
    const target = document.getElementById(button.dataset.toggles)
    if (!target?.matches(".popover") || target.contains(spared) || button.contains(spared)) continue
    toggle(button)
    if (backToButton) button.focus()
  }
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return
  if (event.key === "Escape") return closeAround(null, true)
  step(event)
  if (!event.defaultPrevented) press(event)
})
document.addEventListener("click", (event) => {
  const place = event.target.closest?.bind(event.target)
  closeAround(event.target, false)
  if (place("[data-keys-open]")) showKeys(document.getElementById("keys"))
  if (place("[data-toggles]")) toggle(place("[data-toggles]"))
  place("[data-toast-close]")?.closest(".toast").remove()
  if (place("[data-closes]")) place("dialog").close()
  if (place("[data-opens]")) {
    event.preventDefault()
    document.getElementById(place("[data-opens]").dataset.opens).showModal()
  }
})
document.addEventListener("live:shown", label)
document.querySelector("[data-focus]")?.focus()
setTimeout(() => document.querySelectorAll(".toasts > .toast:not(.toast--warn, .toast--danger)").forEach((old) => old.remove()), 8000)
label()
