// Forms that are sent without leaving the page, and the receipts that come of it.
//
// A FORM    <form method="post" action="…" data-live>: without this script an ordinary form. It carries a one-time key in the
//   field "once" (made here when the page brings none): the same key goes again when the line failed, a new one after an
//   answer, so that what is sent twice happens once. The server hears Accept: application/json and answers either
//   {fragments, now, version, toast: text, kind: "ok" | "warn" | "danger", go: address}, or a problem {code} with a status of 400 and up (its words stand in #toasts),
//   or a page: a redirect is followed, another page's <main> is laid over this one (a form with its errors, say).
// A RECEIPT window.live.toast(text, kind) puts it in #toasts; "ok" goes after eight seconds, the others stay until closed.
// Nothing is lost: what was written stands in the form until an answer has come.

const key = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")

function onceOf(form) {
  const there = form.querySelector("input[name=once]")
  if (there) return there
  return form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "once" }))
}

async function send(form, button) {
  const once = onceOf(form)
  once.value ||= key()
  once.dataset.tried = ""
  form.setAttribute("aria-busy", "true")
  const answer = await live.heard(
    fetch(button?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href, {
      method: "POST",
      headers: { Accept: "application/json, text/html;q=0.5" },
      body: new FormData(form, button),
      signal: AbortSignal.timeout(60_000),
    }),
  )
  form.removeAttribute("aria-busy")
  if (answer) document.querySelectorAll("#toasts > .toast--danger").forEach((old) => old.remove()) // the next try makes them old
  if (!answer) return toast(document.getElementById("toasts")?.dataset.unsent, "danger")
  delete once.dataset.tried
  once.value = key()
  if (!answer.headers.get("Content-Type")?.includes("json")) return page(answer)
  const said = await answer.json()
  if (said.go) return location.assign(said.go)
  if (answer.ok) form.reset()
  live.show(said)
  toast(said.toast ?? (answer.ok ? "" : refusal(said.code)), said.kind ?? (answer.ok ? "ok" : "danger"))
  live.askAll()
}

async function page(answer) {
  if (answer.redirected) return location.assign(answer.url)
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html")
  document.title = fresh.title
  live.lay(document.getElementById("main"), fresh.getElementById("main"))
  document.querySelector("#main [data-focus]")?.focus()
}

function refusal(code) {
  const words = (wanted) => document.querySelector(`#toasts template[data-refusal="${wanted}"]`)?.content.textContent
  return words(code) ?? words("")
}

function toast(text, kind = "ok") {
  const place = document.getElementById("toasts")
  if (!text || !place) return
  const made = place.querySelector(`template[data-kind="${kind}"]`).content.firstElementChild.cloneNode(true)
  made.querySelector("[data-text]").textContent = text
  place.append(made)
  if (kind === "ok") setTimeout(() => made.remove(), 8000)
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-live]")) return
  event.preventDefault()
  if (!event.target.hasAttribute("aria-busy")) send(event.target, event.submitter)
})

globalThis.live = { ...globalThis.live, toast, send }
