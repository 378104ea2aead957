// What the page remembers of a conversation, so that a reload, a closed tab or a lost line loses nothing.
//
// On the device (localStorage): whose conversation it is, and the words that are not sent yet. They go when it is over.
// In the tab (sessionStorage): that this tab is in it, what is being written, and a conversation that is over, until it is rated.
// On a device that others use too, a new tab asks before it shows anything: see chat.js.

const read = (store, name) => {
  try {
    return JSON.parse(store.getItem(`chat.${name}`))
  } catch {
    return null
  }
}
const write = (store, name, value) => {
  try {
    if (value === null || value === undefined) store.removeItem(`chat.${name}`)
    else store.setItem(`chat.${name}`, JSON.stringify(value))
  } catch {
    // A browser that keeps nothing still chats; only a reload forgets.
  }
}

export const memory = {
  get conversation() {
    return read(localStorage, "conversation")
  },
  set conversation(value) {
    write(localStorage, "conversation", value)
    write(sessionStorage, "mine", value?.contact)
  },
  get isMine() {
    return this.conversation !== null && read(sessionStorage, "mine") === this.conversation.contact
  },
  get over() {
    return read(sessionStorage, "over")
  },
  set over(value) {
    write(sessionStorage, "over", value)
  },
  get beginning() {
    return read(sessionStorage, "beginning")
  },
  set beginning(value) {
    write(sessionStorage, "beginning", value)
  },
  get unsent() {
    return read(localStorage, "unsent") ?? []
  },
  set unsent(words) {
    write(localStorage, "unsent", words.length ? words : null)
  },
  draft: (name) => read(sessionStorage, `draft.${name}`) ?? "",
  keepDraft: (name, text) => write(sessionStorage, `draft.${name}`, text || null),
  forget() {
    this.conversation = null
    this.unsent = []
    this.keepDraft("words", "")
  },
}

export const newId = () =>
  crypto.randomUUID?.() ??
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
    (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16),
  )
