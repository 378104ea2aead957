// A page that stays true by itself: the socket says that something changed, the page asks what.
//
// A REGION  <section id="queue" data-live="queue" data-version="17">   (it must have an id)
//   data-live     its name; asked of /live/queue?since=17 (data-url gives another address, with a query of its own)
//   data-version  what it shows; every answer brings the next
//   data-on       the hints that concern it, when they are not called as the region: "queue taken"
//   data-ids      only hints with one of these ids: "K26000017 K26000018"
//   data-every    seconds between questions without a hint, 20 when it is not said
//   It asks when a hint comes, when the line is back and that often; never two questions at once, at most four a second.
// A HINT    socket event "changed" {what, ids, version}, without content. The socket's namespace: <body data-socket="/desk">.
// AN ANSWER JSON {version, now, fragments: {id: html or null}}, laid over the page by lay.js; 204 when nothing is new;
//   403 and 404 end the asking: the region is no longer the reader's to see (event "live:gone" on it).
// A CUT LINE fills #line from its <template data-when="cut"> (or "out": signed out) and sets body[data-line]; it heals by
//   itself. What has data-needs-line does nothing until then. [data-line-retry] asks at once.
// OTHER SCRIPTS use window.live: ask(name), heard(promise of an answer), socket, and now, show, toast from the files beside.

const body = document.body
const asking = new Map()
const openedAt = Date.now()
let heardAt = live.now()
let retry = null

const regions = () => [...document.querySelectorAll("[data-live][id]:not(form)")]
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds))
const patience = () => ({ signal: AbortSignal.timeout(10_000) })

async function ask(region) {
  const mine = asking.get(region.id) ?? { next: 0, askedAt: 0 }
  asking.set(region.id, mine)
  mine.again = true
  if (mine.busy) return
  mine.busy = true
  while (mine.again) {
    await pause(Math.max(0, mine.next - Date.now()))
    mine.again = false
    mine.askedAt = Date.now()
    mine.next = mine.askedAt + 250
    await question(document.getElementById(region.id))
  }
  mine.busy = false
}

async function question(region) {
  if (!region?.dataset.live) return
  const asked = region.dataset.url
  const url = new URL(asked ?? `/live/${region.dataset.live}`, location.href)
  url.searchParams.set("since", region.dataset.version ?? "0")
  const answer = await heard(fetch(url, { headers: { Accept: "application/json" }, ...patience() }))
  if (answer?.status === 403 || answer?.status === 404) {
    delete region.dataset.live
    region.dispatchEvent(new CustomEvent("live:gone", { bubbles: true }))
  }
  if (!answer?.ok || answer.status === 204) return
  const said = await answer.json()
  if (Number(said.version) < Number(region.dataset.version) || region.dataset.url !== asked) return // the page went on
  live.show(said)
  if (said.version !== undefined) region.dataset.version = said.version
}

// Whatever answers tells whether the line holds. A fault of the server counts as a cut line: then null is returned.
async function heard(asked) {
  const answer = await asked.catch(() => null)
  if (!answer || answer.status >= 500) return line("cut")
  if (answer.status === 401 || (answer.redirected && new URL(answer.url).pathname.endsWith("/logga-in"))) return line("out")
  heardAt = live.now()
  line("")
  return answer
}

function line(state) {
  if (state === "cut") {
    retry ??= setTimeout(tryAgain, 1000, 1000)
  } else {
    clearTimeout(retry)
    retry = null
  }
  if (state === (body.dataset.line ?? "")) return null
  const place = document.getElementById("line")
  place?.querySelectorAll(":scope > :not(template)").forEach((old) => old.remove())
  if (state) body.dataset.line = state
  else delete body.dataset.line
  const words = state && place?.querySelector(`template[data-when="${state}"]`)?.content.cloneNode(true)
  if (!words) return null
  const since = new Date(heardAt).toISOString()
  for (const time of words.querySelectorAll("time")) time.dateTime = since
  for (const time of words.querySelectorAll("time[data-since]")) time.dataset.since = since
  place.append(words)
  live.tick()
  return null
}

function tryAgain(waited) {
  const next = Math.min(2 * waited, 20_000)
  retry = setTimeout(tryAgain, next, next)
  askAll()
}

function askAll() {
  const all = regions()
  all.forEach(ask)
  if (!all.length && body.dataset.line) heard(fetch("/healthz", patience()))
}

function askTheOld() {
  for (const region of regions()) {
    if (Date.now() - (asking.get(region.id)?.askedAt ?? openedAt) >= 1000 * (region.dataset.every ?? 20)) ask(region)
  }
}

function hear(hint) {
  for (const region of regions()) {
    const { live: name, on, ids, version } = region.dataset
    const concerns = (on ?? name).split(" ").includes(hint.what)
    const isMine = !ids || ids.split(" ").some((id) => hint.ids?.includes(id))
    const isOld = hint.what === name && hint.version <= Number(version)
    if (concerns && isMine && !isOld) ask(region)
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-line-retry]")) askAll()
  if (body.dataset.line && event.target.closest("[data-needs-line]")) event.preventDefault()
}, true)

const socket = globalThis.io && body.dataset.socket ? io(body.dataset.socket, { transports: ["websocket", "polling"] }) : null
socket?.on("connect", askAll)
socket?.on("changed", hear)
addEventListener("online", askAll)
addEventListener("pageshow", (event) => event.persisted && askAll())
setInterval(askTheOld, 1000)

globalThis.live = { ...globalThis.live, ask: (name) => regions().filter((one) => one.dataset.live === name).forEach(ask), askAll, heard, socket }
