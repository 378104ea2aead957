// The chat's page: which of its three views is shown, and what is written in them. See talk.js for the conversation itself.
//
// A reload goes on where it was. A new tab on a device where a conversation goes on asks first: it may be somebody else's.

import { forgetDrafts } from "./drafts.js"
import { hasIdentityNumber } from "./identity.js"
import { Line } from "./line.js"
import { Log, timeOf } from "./log.js"
import { memory, newId } from "./memory.js"
import { Talk } from "./talk.js"

const byId = (id) => document.getElementById(id)
const root = byId("chat")
const texts = byId("texts").dataset
const title = document.title
const views = [...root.querySelectorAll("[data-view]")]
const words = byId("words")
const placeholder = words.placeholder
const begin = byId("begin")
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name])

const line = new Line()
const log = new Log(texts)
const talk = new Talk(line, log, (name, detail) => happen[name](detail))
let isTaken = false

function show(name, heading = null, moves = true) {
  const view = views.find((one) => one.dataset.view === name)
  const changes = view.hidden
  views.forEach((one) => (one.hidden = one !== view))
  byId("chat-title").textContent = heading ?? view.dataset.title
  byId("chat-leave").hidden = name !== "talk"
  if (name !== "begin") byId("chat-text").textContent = ""
  if (changes && moves) byId("chat-title").focus()
}

const happen = {
  waiting({ position }) {
    isTaken = false
    byId("place").hidden = false
    if (position) byId("place-number").textContent = position
    show("talk", texts.waiting)
    standsAs()
  },
  taken({ name }) {
    const who = name ?? texts.somebody
    show("talk", who, views.find((one) => !one.hidden).dataset.view !== "talk")
    byId("chat-text").textContent = name ? root.dataset.centre : ""
    byId("place").hidden = true
    if (!isTaken) byId("news").textContent = fill(texts.here, { name: who })
    if (!isTaken && document.hidden) document.title = `${texts.now} – ${title}`
    isTaken = true
    standsAs()
  },
  said({ author }) {
    byId("typing").replaceChildren()
    byId("log-box").scrollTop = 0
    if (author !== "citizen" && document.hidden) document.title = `(1) ${title}`
  },
  writes({ name }) {
    const row = byId("writes").content.firstElementChild.cloneNode(true)
    const text = row.querySelector("[data-words]")
    text.textContent = fill(text.dataset.words, { name: name ?? texts.somebody })
    byId("typing").replaceChildren(row)
    clearTimeout(happen.stopped)
    happen.stopped = setTimeout(() => byId("typing").replaceChildren(), 4000)
  },
  refused({ message, text }) {
    words.value ||= text
    say("advice", message)
  },
  over({ reason, unsent }) {
    const isLeft = reason === "left" || reason === "abandoned"
    show("over", isLeft ? root.querySelector("[data-left]").dataset.left : null)
    byId("survey").hidden = !isTaken && !log.messages.some((one) => one.author === "agent") // nobody was met
    byId("over-number").textContent = memory.over?.number ?? ""
    byId("kept").replaceChildren(...[...log.place.children].filter((one) => !one.matches(".bub--pending")))
    const rest = [...unsent.map((one) => one.text), words.value].filter(Boolean).join("\n")
    byId("unsent").hidden = !rest
    byId("unsent-words").textContent = rest
    words.value = ""
  },
  gone() {
    show("begin")
    say("begin-refused", texts.gone)
  },
}

function standsAs() {
  root.classList.toggle("is-waiting", !isTaken)
  words.placeholder = isTaken ? placeholder : words.dataset.waiting
  byId("leaving-waiting").hidden = isTaken
  byId("leaving-talking").hidden = !isTaken
}

function say(id, text) {
  const message = byId("refusal").content.firstElementChild.cloneNode(true)
  message.querySelector("p").textContent = text
  byId(id).replaceChildren(message)
}

// Asks once whether a number was meant; the answer to go on is asked for by the same words only.
function isAdvised(id, text, goOn) {
  if (!hasIdentityNumber(text)) return false
  const advice = byId("identity").content.firstElementChild.cloneNode(true)
  const end = () => byId(id).replaceChildren()
  advice.querySelector("[data-change]").addEventListener("click", () => {
    end()
    ;(id === "advice" ? words : begin.elements.text).focus()
  })
  advice.querySelector("[data-anyway]").addEventListener("click", () => {
    end()
    goOn()
  })
  byId(id).replaceChildren(advice)
  return true
}

function send(isSure = false) {
  const text = words.value.trim()
  if (!text || (!isSure && isAdvised("advice", text, () => send(true)))) return
  byId("advice").replaceChildren()
  words.value = ""
  memory.keepDraft("words", "")
  talk.say(text)
  words.focus()
}

function join(isSure = false) {
  const { language, topic, text, name } = begin.elements
  byId("begin-refused").replaceChildren()
  if (!topic.value.trim()) {
    say("begin-refused", texts.needed)
    return topic.focus()
  }
  if (!isSure && isAdvised("begin-advice", `${topic.value} ${text.value} ${name.value}`, () => join(true))) return
  const said = { client_id: newId(), language: language.value, topic: topic.value.trim() }
  if (text.value.trim()) said.text = text.value.trim()
  if (name.value.trim()) said.name = name.value.trim()
  start(said)
}

async function start(said) {
  const button = root.querySelector("[form=begin]")
  button?.setAttribute("aria-disabled", "true")
  byId("chat-text").textContent = texts.connecting
  const answer = await talk.begin(said)
  button?.removeAttribute("aria-disabled")
  if (answer.ok) return forgetDrafts()
  byId("chat-text").textContent = ""
  if (answer.error === "shut" || answer.error === "full") return location.assign(root.dataset.message)
  say("begin-refused", answer.message)
}

function lineIs(isUp) {
  const place = byId("chat-line")
  clearTimeout(lineIs.soon)
  place.querySelectorAll(":scope > .msg").forEach((old) => old.remove())
  if (isUp || !(talk.key || memory.beginning)) return
  lineIs.soon = setTimeout(() => place.append(place.querySelector("template").content.cloneNode(true)), navigator.onLine ? 1500 : 0)
}

let typed = null
function suggest() {
  clearTimeout(typed)
  typed = setTimeout(async () => {
    const url = new URL(root.dataset.suggest, location.href)
    url.searchParams.set("q", begin.elements.topic.value)
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => null)
    if (answer?.ok) byId("suggestions").innerHTML = await answer.text()
  }, 250)
}

line.on("up", () => lineIs(true))
line.on("down", () => lineIs(false))
begin?.addEventListener("submit", (event) => {
  event.preventDefault()
  if (!memory.beginning) join()
})
begin?.addEventListener("change", ({ target }) => {
  if (target.name === "language" && target.value !== root.dataset.lang) location.assign(`?lang=${target.value}`)
})
begin?.elements.topic.addEventListener("input", suggest)
byId("composer").addEventListener("submit", (event) => {
  event.preventDefault()
  send()
})
words.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return
  event.preventDefault()
  send()
})
words.addEventListener("input", () => {
  memory.keepDraft("words", words.value)
  talk.writing()
})
byId("survey").addEventListener("submit", async (event) => {
  event.preventDefault()
  const grades = Object.fromEntries([...new FormData(event.target)].map(([name, grade]) => [name, Number(grade)]))
  const answer = await talk.rate(grades)
  if (!answer.ok) return say("survey-refused", answer.message)
  byId("survey").hidden = true
  byId("survey-thanks").textContent = byId("survey-thanks").dataset.text
})
byId("download").addEventListener("click", () => log.download())
byId("print").addEventListener("click", () => print())
document.addEventListener("visibilitychange", () => document.hidden || (document.title = title))
document.addEventListener("click", ({ target }) => {
  const on = (name) => target.closest(`[data-${name}]`)
  if (on("again")) line.retry()
  if (on("leave")) talk.leave()
  if (on("go-on")) talk.goOn()
  if (on("not-mine")) {
    memory.forget()
    byId("here").hidden = true
  }
  if (on("begin-again")) {
    memory.over = null
    memory.keepDraft("text", byId("unsent-words").textContent)
    location.assign(location.pathname)
  }
})

words.value = memory.draft("words")
if (memory.isMine || memory.over) {
  talk.goOn()
} else if (memory.beginning && begin) {
  start(memory.beginning)
} else if (memory.conversation) {
  byId("here").hidden = false
  byId("here").querySelector("[data-at]").textContent = timeOf(memory.conversation.at)
}
if (begin?.elements.topic.value) suggest()
