// The messages on the page: in the order of their seq, each once, those that are not sent yet at the end.

import { memory } from "./memory.js"

const byId = (id) => document.getElementById(id)
const clock = new Intl.DateTimeFormat("sv", { hour: "2-digit", minute: "2-digit", timeZone: document.documentElement.dataset.tz })
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g

export const timeOf = (moment) => clock.format(new Date(moment)).replace(":", ".")

export class Log {
  constructor(texts) {
    this.texts = texts
    this.place = byId("log")
    this.clear()
  }

  clear() {
    this.place.replaceChildren()
    this.messages = []
    this.last = 0
  }

  // Takes a message of the server. Says whether it was new; one that comes too early is left to resume.
  take(message) {
    if (message.seq !== this.last + 1) return false
    this.last = message.seq
    this.messages.push(message)
    if (message.client_id) this.pending(message.client_id)?.remove()
    const node = message.kind === "system" ? this.line(message.text) : this.bubble(message)
    node.id = `message-${message.seq}`
    this.place.insertBefore(node, this.place.querySelector(".bub--pending"))
    return true
  }

  line(text) {
    const node = document.createElement("p")
    node.className = "sysline"
    node.textContent = text
    return node
  }

  bubble(message) {
    const node = byId("bubble").content.firstElementChild.cloneNode(true)
    const isMine = message.author === "citizen"
    node.classList.toggle("bub--me", isMine)
    node.querySelector("[data-name]").textContent = isMine ? this.texts.you : (message.name ?? this.texts.somebody)
    node.querySelector("[data-name]").classList.toggle("vh", isMine)
    const words = node.querySelector(".bub__t")
    if (isMine) words.textContent = message.text
    else if (message.kind === "service" && message.ref?.url) words.append(card(message.ref))
    else words.append(...withLinks(message.text))
    const time = node.querySelector("time")
    time.dateTime = message.at ?? ""
    time.textContent = message.at ? timeOf(message.at) : ""
    if (isMine && message.seq) node.querySelector("[data-sent]").hidden = false
    return node
  }

  // Shows words that wait to be sent.
  wait({ client_id: clientId, text }) {
    if (this.pending(clientId)) return
    const node = this.bubble({ author: "citizen", text })
    node.classList.add("bub--pending")
    node.dataset.clientId = clientId
    node.querySelector("[data-pending]").hidden = false
    this.place.append(node)
  }

  pending(clientId) {
    return this.place.querySelector(`[data-client-id="${CSS.escape(clientId)}"]`)
  }

  seen(upto) {
    for (const { seq, author } of this.messages) {
      if (author !== "citizen" || seq > upto) continue
      byId(`message-${seq}`).querySelector("[data-sent]").hidden = true
      byId(`message-${seq}`).querySelector("[data-seen]").hidden = false
    }
  }

  // The conversation as a text to take along.
  asText() {
    const who = ({ author, name }) => (author === "citizen" ? this.texts.you : author === "agent" ? (name ?? this.texts.somebody) : "–")
    const what = ({ text, ref }) => (ref?.url ? `${text}: ${ref.url}` : text)
    return this.messages.map((one) => `[${timeOf(one.at)}] ${who(one)}: ${what(one)}`).join("\n") + "\n"
  }

  download() {
    const link = document.createElement("a")
    link.href = URL.createObjectURL(new Blob([this.asText()], { type: "text/plain" }))
    link.download = `chat-${(memory.conversation ?? memory.over)?.number ?? ""}.txt`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 1000)
  }
}

// A service or an answer that the agent sent.
function card({ url, title }) {
  const node = byId("card").content.firstElementChild.cloneNode(true)
  const link = node.querySelector("a")
  link.href = url
  link.textContent = title
  return node
}

function withLinks(text) {
  const parts = []
  let at = 0
  for (const found of text.matchAll(LINK)) {
    const link = document.createElement("a")
    link.href = link.textContent = found[0]
    link.target = "_blank"
    link.rel = "noopener"
    parts.push(text.slice(at, found.index), link)
    at = found.index + found[0].length
  }
  return [...parts, text.slice(at)]
}
