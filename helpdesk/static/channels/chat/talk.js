// A conversation: keeps up with the server, sends what is written when the line holds, and says what changes.
//
// new Talk(line, log, tell): tell(name, detail) is called with "waiting" {position}, "taken" {name}, "over" {reason}, "gone",
// "said" message, "writes" {name}, "refused" {error, message, text}. Words lie in memory.unsent until they are stored.

import { memory, newId } from "./memory.js"

const ASK_EVERY = 30_000

export class Talk {
  constructor(line, log, tell) {
    Object.assign(this, { line, log, tell, isSending: false, isAsking: false, isOver: false, ending: null, seenUpto: 0 })
    line.on("up", () => this.key && this.catchUp())
    line.on("message", (message) => this.hear(message))
    line.on("queue", (place) => this.key && !this.isOver && tell("waiting", place))
    line.on("taken", (who) => this.key && !this.isOver && tell("taken", who))
    line.on("closed", (end) => this.key && (this.isAsking ? (this.ending = end) : this.end(end)))
    line.on("typing", (who) => this.key && tell("writes", who))
    line.on("seen", ({ seq }) => log.seen(seq))
    setInterval(() => line.isUp && this.key && !this.isOver && this.catchUp(), ASK_EVERY)
    document.addEventListener("visibilitychange", () => this.noteSeen())
  }

  get key() {
    const mine = memory.isMine ? memory.conversation : memory.over
    return mine && { contact: mine.contact, token: mine.token }
  }

  // Begins: the same beginning again and again until it is answered, also after a reload.
  async begin(said) {
    memory.beginning = said
    this.line.open()
    const answer = await this.line.ask("start", said)
    memory.beginning = null
    if (!answer.ok) return answer
    memory.over = null
    memory.unsent = []
    const { contact, token, number, position } = answer
    this.isOver = false
    this.ending = null
    this.seenUpto = 0
    this.log.clear()
    memory.conversation = { contact, token, number, at: new Date().toISOString() }
    if (position !== null) this.tell("waiting", { position })
    await this.catchUp()
    return answer
  }

  // Goes on with the conversation that is remembered.
  goOn() {
    memory.conversation = memory.conversation
    this.isOver = false
    this.log.clear()
    this.line.open()
    if (this.line.isUp) this.catchUp()
  }

  async catchUp() {
    if (this.isAsking) return (this.askAgain = true)
    this.isAsking = true
    do {
      this.askAgain = false
      const answer = await this.line.ask("resume", { ...this.key, after: this.log.last })
      if (!this.key) break
      if (!answer.ok) {
        if (answer.error === "unknown") this.lose()
        break
      }
      answer.messages.forEach((message) => this.take(message))
      this.askAgain ||= answer.more
    } while (this.askAgain)
    this.isAsking = false
    if (this.key && this.ending) this.end(this.ending)
    if (this.key && !this.isOver) this.send()
  }

  hear(message) {
    if (message.contact !== this.key?.contact) return
    if (!this.take(message) && message.seq > this.log.last) this.catchUp()
  }

  take(message) {
    const isNew = this.log.take(message)
    if (isNew) {
      this.tell("said", message)
      this.noteSeen()
    }
    return isNew
  }

  say(text) {
    const words = { client_id: newId(), text }
    memory.unsent = [...memory.unsent, words]
    this.log.wait(words)
    this.send()
  }

  // One after the other, in the order written; the next one only when the last is stored.
  async send() {
    memory.unsent.forEach((words) => this.log.wait(words))
    if (this.isSending) return
    this.isSending = true
    while (this.key && !this.isOver && memory.unsent.length) {
      const [words] = memory.unsent
      const answer = await this.line.ask("say", { ...this.key, ...words })
      if (answer.error === "rate_limited") {
        await new Promise((done) => setTimeout(done, 3000))
        continue
      }
      if (answer.error === "closed") {
        this.catchUp()
        break
      }
      memory.unsent = memory.unsent.filter((one) => one.client_id !== words.client_id)
      if (answer.ok && answer.seq > this.log.last) this.catchUp()
      if (!answer.ok) this.refused(words, answer)
    }
    this.isSending = false
  }

  refused(words, answer) {
    this.log.pending(words.client_id)?.remove()
    if (answer.error === "unknown") this.lose()
    else this.tell("refused", { ...answer, text: words.text })
  }

  noteSeen() {
    clearTimeout(this.seenSoon)
    const isSeen = !document.hidden && this.key && !this.isOver && this.log.last > this.seenUpto
    if (isSeen) this.seenSoon = setTimeout(() => this.line.mention("seen", { ...this.key, seq: (this.seenUpto = this.log.last) }), 500)
  }

  writing() {
    const now = Date.now()
    if (!this.key || now - (this.wroteAt ?? 0) < 2000) return
    this.wroteAt = now
    this.line.mention("typing", this.key)
  }

  async leave() {
    await this.line.ask("leave", this.key)
    this.end({ reason: "left" })
  }

  rate(grades) {
    return this.line.ask("rate", { ...this.key, ...grades })
  }

  end({ reason }) {
    if (this.isOver) return
    this.isOver = true
    const unsent = memory.unsent
    this.ending = null
    memory.over = memory.conversation ?? memory.over
    memory.forget()
    this.tell("over", { reason, unsent })
  }

  lose() {
    memory.forget()
    memory.over = null
    this.tell("gone")
  }
}
