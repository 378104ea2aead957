// The desk keeps up with the agent: another contact without leaving the page, words that are never lost, search as you type.
//
//   a[data-goes]            goes to another place of the desk: the pieces are fetched and laid over the page (lay.js)
//   [data-opens-item]       opens a hit in the right pane alone
//   form[data-write]        a message or note: sent in order, shown as waiting until it is stored, sent again after a cut line
//   textarea[data-draft]    kept on this computer until it is sent; Enter sends in one with data-enter-sends
//   [data-inserts="id"]     puts a text at the end of what is being written
//   form[data-sends]        is sent as soon as a choice in it changes
//   form[data-search]       searches while somebody types
//   #main[data-address]     where the page is; the address line follows it, and focus goes to what came ([data-focus])
// Signs of life go to #desk[data-here] every ten seconds, with how far the open conversation has been read.

const desk = document.getElementById("desk")
const main = () => document.getElementById("main")
const own = (kind, contact) => `helpdesk.${kind}.${desk.dataset.account}.${contact}`
const token = () => document.querySelector("input[name=csrf_token]").value
const newKey = () => crypto.randomUUID().replaceAll("-", "")
const isOpen = (contact) => main().dataset.contact === contact

// Going somewhere on the desk ----------------------------------------------------------------------------------------------
let address = main().dataset.address
const going = new Map()

async function ask(href, part) {
  going.get(part)?.abort()
  const stop = new AbortController()
  going.set(part, stop)
  const url = new URL("/live/desk", location.href)
  for (const [name, value] of new URL(href, location.href).searchParams) url.searchParams.set(name, value)
  url.searchParams.set("part", part)
  const { signal } = stop
  const answer = await live.heard(fetch(url, { headers: { Accept: "application/json" }, signal }).catch((error) => {
    if (signal.aborted) return new Response(null, { status: 204 })
    throw error
  }))
  if (!answer?.ok || answer.status === 204) return false
  live.show(await answer.json())
  return true
}

async function go(href, push = true) {
  if (document.activeElement?.matches("textarea, input, select")) document.activeElement.blur()
  if (!(await ask(href, "all"))) return
  if (push) history.pushState(null, "", href)
}

addEventListener("popstate", () => go(location.href, false))

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-goes], a[data-opens-item]")
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button || document.body.dataset.line) return
  event.preventDefault()
  const url = new URL(link.href)
  if (link.dataset.goes !== undefined) withSearch(url.searchParams)
  if (link.dataset.goes !== undefined) go(url.href)
  else openItem(url, link.closest("[id^=item-]")?.id.replace("item-", "hit-"))
})

// A hit that opens gets focus; when it closes, the hit that it was.
async function openItem(url, closes) {
  if (!(await ask(url.href, "search"))) return
  history.replaceState(null, "", url.href)
  const target = url.searchParams.get("item") ? document.getElementById("item-title") : document.querySelector(`#${CSS.escape(closes)} a`)
  ;(target ?? document.getElementById("know"))?.focus()
}

document.addEventListener("live:shown", () => {
  const now = main().dataset.address
  fillDrafts()
  readOn()
  if (now === address) return showErrors()
  address = now
  leave()
  if (new URL(now, location.href).href !== location.href) history.replaceState(null, "", now)
  const target = main().querySelector("[data-focus]") ?? main().querySelector(".ws__form :is(select, textarea), [data-draft]")
  if (target && !document.activeElement?.matches("input, textarea")) target.focus({ preventScroll: true })
  else if (document.activeElement === document.body) main().focus({ preventScroll: true })
})

// What was sent has led elsewhere: the contact goes, also when a field in it has focus. Its words are kept as a draft.
let sentFrom = null
const FORMS = { close: "panel-close", hand_over: "panel-handover", flag: "panel-flag", topic: "panel-topic" }
function leave() {
  if (!isOpen(sentFrom)) document.getElementById(`panel-${sentFrom}`)?.remove()
  sentFrom = null
  const shown = FORMS[new URL(address, location.href).searchParams.get("show")]
  for (const form of main().querySelectorAll(".ws__form")) if (form.id !== shown) form.remove()
}

// What is searched for goes along with everything that is sent or gone to.
function withSearch(parameters) {
  const query = document.getElementById("know")?.value.trim()
  if (query) parameters.set("q", query)
  else parameters.delete("q")
}

let wasSent = false
document.addEventListener("submit", (event) => {
  const form = event.target
  if (form.method !== "post" || !desk.contains(form)) return
  wasSent = true
  if (form.dataset.live !== undefined) sentFrom = main().dataset.contact
  const given = form.querySelector("input[name=q]") ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "q" }))
  given.value = document.getElementById("know")?.value.trim() ?? ""
}, true)

function showErrors() {
  if (!wasSent) return
  wasSent = false
  const error = main().querySelector(".error-msg")
  const field = error?.parentElement.querySelector("[aria-invalid=true]") ?? error?.nextElementSibling?.querySelector("input, select, textarea")
  field?.focus()
}

// What was flagged is flagged: back to the conversation.
document.addEventListener("reset", (event) => event.target.matches(".flag-form") && go(event.target.elements.next.value))

// Esc goes back to the conversation from a form; what was typed in it is asked about by nobody, so only when it is untouched.
document.addEventListener("keydown", (event) => {
  const form = event.key === "Escape" && !event.defaultPrevented && event.target.closest?.(".ws__form")
  if (form && ![...form.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue)) form.querySelector("[data-back]")?.click()
})

// Choosing is sending ------------------------------------------------------------------------------------------------------
document.addEventListener("change", (event) => event.target.form?.matches("form[data-sends]") && event.target.form.requestSubmit())

// Searching ----------------------------------------------------------------------------------------------------------------
let typed = null
function search(form) {
  clearTimeout(typed)
  const url = new URL(form.dataset.search, location.href)
  url.searchParams.delete("item")
  withSearch(url.searchParams)
  return ask(url.href, "search").then((came) => {
    if (!came) return
    const here = new URL(location.href)
    here.searchParams.delete("item")
    withSearch(here.searchParams)
    history.replaceState(null, "", here.href)
  })
}
document.addEventListener("input", (event) => {
  if (!event.target.form?.dataset.search) return
  clearTimeout(typed)
  typed = setTimeout(search, 120, event.target.form)
})
document.addEventListener("submit", (event) => {
  if (!event.target.dataset.search) return
  event.preventDefault()
  search(event.target)
})

// Words are kept -------------------------------------------------------------------------------------------------------------
const drafts = () => document.querySelectorAll("textarea[data-draft]")

function fillDrafts() {
  for (const field of drafts()) {
    const kept = localStorage.getItem(own("draft", field.dataset.draft))
    if (kept && !field.value && field !== document.activeElement) {
      field.value = kept
      grow(field)
    }
  }
  for (const contact of waiting.keys()) showWaiting(contact)
}

function keepDraft(field) {
  if (field.value) localStorage.setItem(own("draft", field.dataset.draft), field.value)
  else localStorage.removeItem(own("draft", field.dataset.draft))
}

function grow(field) {
  if (!field.matches("[data-enter-sends]")) return
  field.rows = Math.min(8, Math.max(1, field.value.split("\n").length, Math.ceil(field.value.length / 70)))
}

document.addEventListener("input", (event) => {
  if (!event.target.matches("textarea[data-draft]")) return
  keepDraft(event.target)
  grow(event.target)
  sayTyping(event.target.dataset.draft)
})

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.defaultPrevented || event.isComposing || !event.target.matches("textarea[data-enter-sends]")) return
  event.preventDefault()
  event.target.form.requestSubmit(event.target.form.querySelector("[data-first]"))
})

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-inserts]")
  const field = button && main().querySelector("textarea[data-enter-sends]")
  if (!field) return
  const text = document.getElementById(button.dataset.inserts).content.textContent.trim()
  field.value = field.value ? `${field.value.trimEnd()}\n${text}` : text
  keepDraft(field)
  grow(field)
  field.focus()
})

document.querySelector('form[action$="/logga-ut"]')?.addEventListener("submit", () => {
  for (const name of Object.keys(localStorage)) if (/^helpdesk\.(draft|waiting)\./.test(name)) localStorage.removeItem(name)
})

// What is sent waits in order until it is stored ---------------------------------------------------------------------------------
const waiting = new Map()
const sending = new Set()

function keepWaiting(contact) {
  const list = waiting.get(contact) ?? []
  if (list.length) localStorage.setItem(own("waiting", contact), JSON.stringify(list))
  else {
    localStorage.removeItem(own("waiting", contact))
    waiting.delete(contact)
  }
  showWaiting(contact)
}

function showWaiting(contact) {
  const place = isOpen(contact) && document.getElementById("waiting")
  if (!place) return
  const template = place.querySelector("template")
  place.querySelectorAll(":scope > :not(template)").forEach((old) => old.remove())
  for (const one of waiting.get(contact) ?? []) {
    const bubble = template.content.firstElementChild.cloneNode(true)
    bubble.querySelector("[data-text]").textContent = one.text
    place.append(bubble)
  }
}

async function sendWaiting(contact) {
  if (sending.has(contact)) return
  sending.add(contact)
  for (let one = waiting.get(contact)?.[0]; one; one = waiting.get(contact)?.[0]) {
    const body = new URLSearchParams({ ...one.place, csrf_token: token(), once: one.once, text: one.text })
    const answer = await live.heard(fetch(one.url, { method: "POST", body, headers: { Accept: "application/json, text/html;q=0.5" }, signal: AbortSignal.timeout(20_000) }))
    if (!answer || answer.redirected) break
    const said = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {}
    waiting.get(contact).shift()
    keepWaiting(contact)
    if (!answer.ok && !said.fragments?.unsent) giveBack(contact, one.text)
    if (isOpen(contact) || !answer.ok) live.show(said)
    if (said.toast || !answer.ok) live.toast(said.toast ?? words(said.code), said.kind ?? "danger")
  }
  sending.delete(contact)
}

const words = (code) =>
  (document.querySelector(`#toasts template[data-refusal="${code}"]`) ?? document.querySelector('#toasts template[data-refusal=""]')).content.textContent

function giveBack(contact, text) {
  const field = [...drafts()].find((one) => one.dataset.draft === contact)
  if (!field) return localStorage.setItem(own("draft", contact), text)
  field.value = field.value ? `${text}\n${field.value}` : text
  keepDraft(field)
}

document.addEventListener("submit", (event) => {
  const form = event.target
  if (!form.dataset.write) return
  event.preventDefault()
  const field = form.querySelector("textarea")
  const text = field.value.trim()
  if (!text) return field.focus()
  const contact = form.dataset.write
  const place = Object.fromEntries([...new FormData(form)].filter(([name]) => !["text", "csrf_token", "once"].includes(name)))
  const url = event.submitter?.getAttribute("formaction") ?? form.getAttribute("action")
  waiting.set(contact, [...(waiting.get(contact) ?? []), { text, url, place, once: newKey() }])
  field.value = ""
  keepDraft(field)
  grow(field)
  if (form.contains(document.activeElement)) field.focus()
  keepWaiting(contact)
  sendWaiting(contact)
})

for (const name of Object.keys(localStorage)) {
  if (!name.startsWith(own("waiting", ""))) continue
  const contact = name.slice(own("waiting", "").length)
  waiting.set(contact, JSON.parse(localStorage.getItem(name)))
  sendWaiting(contact)
}
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-throws-away]")) return
  event.preventDefault()
  document.getElementById("unsent").replaceChildren()
})

// Here, reading, writing -------------------------------------------------------------------------------------------------------
let readSeq = ""
function hereNow() {
  const log = document.getElementById("log-messages")
  const body = new URLSearchParams({ csrf_token: token() })
  if (log && document.visibilityState === "visible" && main().dataset.contact) {
    body.set("contact", main().dataset.contact)
    body.set("seq", log.dataset.lastSeq)
  }
  fetch(desk.dataset.here, { method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(8_000) }).catch(() => null)
}

function readOn() {
  const log = document.getElementById("log-messages")
  const now = log && `${main().dataset.contact} ${log.dataset.lastSeq}`
  if (!now || now === readSeq || document.visibilityState !== "visible") return
  readSeq = now
  hereNow()
}

let saidTyping = 0
function sayTyping(contact) {
  if (Date.now() - saidTyping < 3000) return
  saidTyping = Date.now()
  live.socket?.emit("typing", { contact })
}

let typingUntil = null
live.socket?.on("typing", ({ contact }) => {
  const sign = document.getElementById("typing")
  if (!sign || !isOpen(contact)) return
  sign.hidden = false
  clearTimeout(typingUntil)
  typingUntil = setTimeout(() => (sign.hidden = true), 4000)
})
live.socket?.on("connect", () => {
  hereNow()
  for (const contact of waiting.keys()) sendWaiting(contact)
})
addEventListener("online", () => waiting.forEach((_list, contact) => sendWaiting(contact)))
document.addEventListener("visibilitychange", readOn)
setInterval(() => {
  hereNow()
  waiting.forEach((_list, contact) => sendWaiting(contact))
}, 10_000)

fillDrafts()
readOn()
