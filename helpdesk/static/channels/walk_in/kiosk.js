// The touch screen at the entrance: its four aids, reading aloud, printing, and starting over for the next visitor.
//
//   data-aid="text | contrast | low | read"   buttons of the foot. The first three hold for this visitor only; "read" says the page
//   <body data-start data-idle="60">          after that many seconds without a touch the screen starts over; twenty seconds before
//                                             it asks in <dialog id="more-time"> (a visitor may need longer: WCAG 2.2.1)
//   [data-more-time] gives the time again, [data-print] prints, data-needs-script is shown only when this runs

const root = document.documentElement
const { start, idle } = document.body.dataset
const ASK_BEFORE = 20
const ask = document.getElementById("more-time")
const aids = JSON.parse(sessionStorage.getItem("aids") ?? "{}")
let left = 0

function apply() {
  root.toggleAttribute("data-low", Boolean(aids.low))
  if (aids.text) root.dataset.text = "large"
  else delete root.dataset.text
  if (aids.contrast) root.dataset.contrast = "more"
  else delete root.dataset.contrast
  for (const button of document.querySelectorAll("[data-aid]")) button.ariaPressed = String(Boolean(aids[button.dataset.aid]))
}

function read(button) {
  speechSynthesis.cancel()
  if (button.ariaPressed === "true") return (button.ariaPressed = "false")
  const words = new SpeechSynthesisUtterance(document.getElementById("main").innerText)
  words.lang = root.lang
  words.onend = () => (button.ariaPressed = "false")
  button.ariaPressed = "true"
  speechSynthesis.speak(words)
}

function again() {
  left = Number(idle)
  if (ask.open) ask.close()
  for (const shown of document.querySelectorAll("[data-idle-shown], #more-time time")) {
    shown.dataset.until = new Date(live.now() + left * 1000).toISOString()
  }
  live.tick()
}

function count() {
  left -= 1
  if (left === ASK_BEFORE && !ask.open) ask.showModal()
  if (left > 0) return
  sessionStorage.removeItem("aids")
  location.replace(start)
}

document.addEventListener("click", (event) => {
  const aid = event.target.closest("[data-aid]")
  if (aid?.dataset.aid === "read") read(aid)
  else if (aid) {
    aids[aid.dataset.aid] = !aids[aid.dataset.aid]
    sessionStorage.setItem("aids", JSON.stringify(aids))
    apply()
  }
  if (event.target.closest("[data-print]")) print()
  if (event.target.closest(`a[href="${start}"]`)) sessionStorage.removeItem("aids")
})
for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, again)
document.querySelectorAll("[data-needs-script]").forEach((one) => (one.hidden = false))
apply()
again()
// the first screen waits for whoever comes: it starts over only when somebody has begun
if (location.pathname !== start || location.search || Object.keys(aids).length) setInterval(count, 1000)
