// What needs the agent is heard and seen, also when the page lies behind another: once for each thing.
//
//   <section id="…" data-alerts="For you">   while it is there, the page's title begins with the words; when it comes, two
//                                            short tones sound

const known = new Set()
const plain = document.title
let sound

function ring() {
  sound ??= new AudioContext()
  if (sound.state !== "running") return
  for (const [at, pitch] of [[0, 660], [0.18, 880]]) {
    const tone = new OscillatorNode(sound, { frequency: pitch })
    const loudness = new GainNode(sound, { gain: 0.08 })
    tone.connect(loudness).connect(sound.destination)
    tone.start(sound.currentTime + at)
    tone.stop(sound.currentTime + at + 0.14)
  }
}

function look() {
  const alerts = [...document.querySelectorAll("[data-alerts][id]")]
  document.title = alerts.length ? `${alerts[0].dataset.alerts} · ${plain}` : plain
  const here = new Set(alerts.map((one) => one.id))
  for (const old of known) if (!here.has(old)) known.delete(old)
  for (const one of alerts.filter((one) => !known.has(one.id))) {
    known.add(one.id)
    ring()
  }
}

// A browser lets a page sound only after its reader has done something in it.
addEventListener("pointerdown", () => (sound ??= new AudioContext()).resume(), { once: true })
addEventListener("keydown", () => (sound ??= new AudioContext()).resume(), { once: true })
document.addEventListener("live:shown", look)
look()
