// The line to the server: one socket, and calls that are asked again until they are answered.
//
// new Line() does not connect before open(). ask(call, body) gives the acknowledgement, however long the line is away: the
// same body goes again, so that what it names by client_id happens once. Events of the server come to on(name, hear).
// "up" and "down" tell when the line holds; the browser's own word that it is offline counts as down at once.

const PATIENCE = 10_000

export class Line {
  constructor() {
    this.socket = io("/chat", {
      autoConnect: false,
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      reconnectionDelay: 1000,
      reconnectionDelayMax: 10_000,
      randomizationFactor: 0.5,
    })
    this.isWanted = false
    this.heard = { up: [], down: [] }
    this.socket.on("connect", () => this.tell("up"))
    this.socket.on("disconnect", () => this.tell("down"))
    this.socket.io.on("error", () => this.tell("down"))
    this.socket.on("reconnect", ({ in_ms: wait }) => this.comeBack(wait))
    addEventListener("online", () => this.retry())
    addEventListener("offline", () => {
      this.socket.io.engine?.close()
      this.tell("down")
    })
  }

  get isUp() {
    return this.socket.connected && navigator.onLine
  }

  on(name, hear) {
    if (name in this.heard) this.heard[name].push(hear)
    else this.socket.on(name, hear)
  }

  tell(name) {
    this.heard[name].forEach((hear) => hear())
  }

  open() {
    this.isWanted = true
    if (!this.socket.active) this.socket.connect()
  }

  // The waits between attempts grow; somebody who asks, or a network that is back, does not want to wait.
  retry() {
    if (!this.isWanted || this.socket.connected) return
    clearTimeout(this.back)
    this.socket.disconnect().connect()
  }

  // The server is about to be renewed and says when to be back, each page at a moment of its own.
  comeBack(wait) {
    this.socket.disconnect()
    this.back = setTimeout(() => this.socket.connect(), wait)
  }

  async ask(call, body) {
    for (;;) {
      await this.holding()
      try {
        return await this.socket.timeout(PATIENCE).emitWithAck(call, body)
      } catch {
        continue
      }
    }
  }

  // Says something that may be lost, such as that somebody is writing.
  mention(call, body) {
    if (this.isUp) this.socket.volatile.emit(call, body)
  }

  holding() {
    if (this.socket.connected) return Promise.resolve()
    return new Promise((done) => this.socket.once("connect", done))
  }
}
