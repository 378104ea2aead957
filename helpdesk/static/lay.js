// Lays a fresh piece of page over the one that stands there, and keeps what the reader is doing.
//
// window.live.show({now, fragments: {id: html or null}}) takes what /live/… and the forms answer. A fragment is the whole
// element with that id, as the full page includes it; null takes it away. Elements with an id are recognised and kept, so
// give one to everything that comes, goes or moves (rows, messages, panels). What stays as it was: focus and the place in
// the text, scrolling, text being typed, what the reader chose in a list, open <details> and dialogs, what data-toggles opened.
// data-keep: hands off this element altogether, unless the fresh one has data-anew: an answer to the form itself. A focused field, and what holds it, is never taken away.
// Afterwards the event "live:shown" {ids} comes on document.

const isField = (node) => node.matches("input, textarea, select")
const isTouched = (node) =>
  (node === document.activeElement && !node.matches("[type=radio], [type=checkbox]")) ||
  node.dataset.tried !== undefined ||
  (node.matches("select") && [...node.options].some((one) => one.selected !== one.defaultSelected))
const isReaders = (node, name) =>
  name === "style" ||
  (name === "open" && node.matches("details, dialog")) ||
  (node.dataset.open !== undefined && ["hidden", "data-open"].includes(name)) ||
  (node.dataset.toggles !== undefined && name === "aria-expanded")

function show(said) {
  if (said.now) live.keepTime(said.now)
  const fragments = said.fragments ?? {}
  const focused = document.activeElement
  const [start, end] = placeInText(focused)
  for (const [id, html] of Object.entries(fragments)) {
    const old = document.getElementById(id)
    if (!old) continue
    const holder = document.createElement("template")
    holder.innerHTML = html ?? ""
    const fresh = holder.content.firstElementChild
    if (fresh) lay(old, fresh)
    else takeAway(old)
  }
  if (focused !== document.activeElement && focused.isConnected) {
    focused.focus({ preventScroll: true })
    if (start !== undefined) focused.setSelectionRange(start, end)
  }
  if (focused?.dataset?.key && !focused.isConnected) document.querySelector(`[data-key="${focused.dataset.key}"]`)?.focus({ preventScroll: true })
  live.tick()
  document.dispatchEvent(new CustomEvent("live:shown", { detail: { ids: Object.keys(fragments) } }))
}

function placeInText(node) {
  const writes = node?.matches("textarea, input:is([type=text], [type=search], [type=tel], [type=url], :not([type]))")
  return writes ? [node.selectionStart, node.selectionEnd] : []
}

function lay(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue
    return
  }
  if (old.dataset.keep !== undefined && fresh.dataset.anew === undefined) return
  if (isField(old) && isTouched(old)) return
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !isReaders(old, name)) old.removeAttribute(name)
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !isReaders(old, name)) old.setAttribute(name, value)
  }
  layChildren(old, fresh)
}

function layChildren(old, fresh) {
  const known = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]))
  const wantedIds = new Set([...fresh.children].map((child) => child.id))
  let at = old.firstChild
  for (const wanted of [...fresh.childNodes]) {
    while (at?.id && !wantedIds.has(at.id)) [at] = [at.nextSibling, takeAway(at)]
    const match = wanted.id ? known.get(wanted.id) : at && !at.id ? at : null
    if (match?.nodeName !== wanted.nodeName) {
      old.insertBefore(wanted, at)
      continue
    }
    if (match === at) at = at.nextSibling
    else old.insertBefore(match, at)
    lay(match, wanted)
  }
  while (at) [at] = [at.nextSibling, takeAway(at)]
}

// Focus never falls to nothing: when what had it goes, its neighbour gets it, and at last what has the same key (keys.js).
function takeAway(node) {
  if (!node.contains(document.activeElement)) return node.remove()
  if (isField(document.activeElement)) return
  const heir = node.nextElementSibling ?? node.previousElementSibling ?? node.parentElement
  node.remove()
  const within = "a[href], button, summary, [tabindex]"
  const shown = [...(heir?.querySelectorAll(within) ?? [])].find((one) => one.checkVisibility())
  const place = heir?.matches(within) ? heir : (shown ?? document.getElementById("main"))
  place?.focus({ preventScroll: true })
}

globalThis.live = { ...globalThis.live, show, lay }
