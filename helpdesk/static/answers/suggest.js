// While somebody types in the search box: what fits, as a list to choose from. Without this script the button searches.
//
// <form data-suggest="/e-tjanster/forslag"> holds input[type=search] and a hidden div to fill; the address answers with a
// listbox of links, or with nothing. Arrow keys choose, Enter goes there, Escape closes.

const PAUSE = 150

for (const form of document.querySelectorAll("form[data-suggest]")) begin(form)

function begin(form) {
  const input = form.querySelector("input[type=search]")
  const list = form.querySelector(".suggest__list")
  const status = form.querySelector("[data-suggest-status]")
  let timer = 0
  let asked = 0

  input.setAttribute("role", "combobox")
  input.setAttribute("aria-autocomplete", "list")
  input.setAttribute("aria-controls", list.id)
  input.setAttribute("aria-expanded", "false")

  const options = () => [...list.querySelectorAll("[role=option]")]
  const chosen = () => list.querySelector("[aria-selected=true]")

  function close() {
    list.hidden = true
    input.setAttribute("aria-expanded", "false")
    input.removeAttribute("aria-activedescendant")
    status.textContent = ""
  }

  function choose(option) {
    for (const one of options()) one.setAttribute("aria-selected", String(one === option))
    if (option) input.setAttribute("aria-activedescendant", option.id)
    else input.removeAttribute("aria-activedescendant")
    option?.scrollIntoView({ block: "nearest" })
  }

  async function ask() {
    const mine = ++asked
    const text = input.value.trim()
    if (text.length < 2) return close()
    const url = new URL(form.dataset.suggest, location.href)
    url.searchParams.set("q", text)
    const html = await fetch(url)
      .then((answer) => (answer.ok ? answer.text() : ""))
      .catch(() => "")
    if (mine !== asked) return
    list.innerHTML = html
    const found = list.querySelector("[role=listbox]")
    if (!found || document.activeElement !== input) return close()
    list.hidden = false
    input.setAttribute("aria-expanded", "true")
    status.textContent = found.dataset.count
  }

  input.addEventListener("input", () => {
    clearTimeout(timer)
    timer = setTimeout(ask, PAUSE)
  })
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return
    const all = options()
    const at = all.indexOf(chosen())
    if (event.key === "ArrowDown") choose(all[(at + 1) % all.length])
    else if (event.key === "ArrowUp") choose(at > 0 ? all[at - 1] : at === 0 ? null : all.at(-1))
    else if (event.key === "Escape") close()
    else if (event.key === "Enter" && at >= 0) all[at].click()
    else return
    event.preventDefault()
  })
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) close()
  })
  form.addEventListener("submit", () => {
    asked += 1
    clearTimeout(timer)
  })
}
