// Clocks that tick by the server's time, without asking it.
//
//   <time data-since="ISO">4:12</time>    counts up from a moment
//   <time data-until="ISO">0:38</time>    counts down to a moment, and up again after it
//   <time data-clock>10.42</time>         tells the time of day; with data-at it tells the moment in datetime
//   <li data-from="ISO" data-due="ISO">   gets --v (the length of its .bar), is-soon under 30 % left, then is-late
//
// <html data-now data-tz> say what the server's clock showed and where its clocks hang. Every answer to live.js corrects it.
// Other scripts use window.live.now() (milliseconds), live.keepTime(ISO) and live.tick().

const root = document.documentElement
let offset = Date.parse(root.dataset.now) - Date.now() || 0
const now = () => Date.now() + offset
const keepTime = (moment) => {
  offset = Date.parse(moment) - Date.now() || 0
}

const two = (number) => String(number).padStart(2, "0")
const write = (node, text) => node.textContent === text || (node.textContent = text)
const local = new Intl.DateTimeFormat("sv", { hour: "2-digit", minute: "2-digit", timeZone: root.dataset.tz || undefined })

function duration(milliseconds, whole) {
  const seconds = whole(Math.abs(milliseconds) / 1000)
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
}

function tick() {
  const moment = now()
  for (const node of document.querySelectorAll("time[data-since]")) {
    write(node, duration(Math.max(moment - Date.parse(node.dataset.since), 0), Math.floor))
  }
  for (const node of document.querySelectorAll("time[data-until]")) {
    const left = Date.parse(node.dataset.until) - moment
    write(node, duration(left, left > 0 ? Math.ceil : Math.floor))
  }
  for (const node of document.querySelectorAll("time[data-clock]")) {
    const shown = local.format(node.dataset.at === undefined ? moment : Date.parse(node.dateTime))
    write(node, shown.replace(":", "."))
  }
  for (const node of document.querySelectorAll("[data-from][data-due]")) {
    const from = Date.parse(node.dataset.from)
    const used = (moment - from) / Math.max(Date.parse(node.dataset.due) - from, 1)
    node.style.setProperty("--v", `${Math.round(100 * Math.min(Math.max(used, 0), 1))}%`)
    node.classList.toggle("is-soon", used > 0.7 && used < 1)
    node.classList.toggle("is-late", used >= 1)
  }
}

globalThis.live = { ...globalThis.live, now, keepTime, tick }
setInterval(tick, 1000)
tick()
