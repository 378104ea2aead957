// Closing with the keyboard alone: type, Enter takes the first service, one key says the reason, Enter closes.
//
//   input[data-finds]   finds services while somebody types; Enter takes the first one and goes to the reasons, ↓ to the list
//   [data-picks]        a group of choices, each with data-pick="1": that key chooses it while the group has focus

const groupOf = (field, name) => document.getElementById(field.id.replace(/-find$/, `-${name}`))
const pending = new Map()
const timers = new Map()

async function find(field) {
  clearTimeout(timers.get(field.id))
  pending.get(field.id)?.abort()
  const stop = new AbortController()
  pending.set(field.id, stop)
  const url = new URL(field.dataset.finds, location.href)
  url.searchParams.set("q", field.value.trim())
  const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: stop.signal }).catch(() => null)
  if (!answer?.ok || stop.signal.aborted) return
  live.show(await answer.json())
  field.dataset.found = field.value.trim()
}

function toReasons(field) {
  const reasons = groupOf(field, "reasons")
  const target = reasons.querySelector("input:checked") ?? reasons.querySelector("input")
  target.focus()
}

async function takeFirst(field) {
  if (field.value.trim()) {
    if (field.dataset.found !== field.value.trim()) await find(field)
    const first = groupOf(field, "found").querySelector("input")
    if (!first) return
    first.checked = true
  }
  toReasons(field)
}

document.addEventListener("input", (event) => {
  const field = event.target
  if (!field.matches("input[data-finds]")) return
  clearTimeout(timers.get(field.id))
  timers.set(field.id, setTimeout(find, 120, field))
})

document.addEventListener("keydown", (event) => {
  const field = event.target
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return
  if (field.matches?.("input[data-finds]")) {
    if (event.key === "Enter") takeFirst(field)
    else if (event.key === "ArrowDown") (groupOf(field, "found").querySelector("input") ?? groupOf(field, "services").querySelector("input"))?.focus()
    else return
    event.preventDefault()
  } else if (field.matches?.(".closing input[type=radio][name$='-service']") && event.key === "Enter") {
    event.preventDefault()
    toReasons(field.closest("fieldset").querySelector("input[data-finds]"))
  } else {
    const choice = field.closest?.("[data-picks]")?.querySelector(`[data-pick="${CSS.escape(event.key.toLowerCase())}"]`)
    if (!choice) return
    event.preventDefault()
    choice.checked = true
    choice.focus()
  }
})
