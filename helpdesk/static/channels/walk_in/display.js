// The waiting-room screen calls: a tone and a voice when a number is new, so that nobody has to watch the screen.
//
//   li[data-called][data-place][data-at]   who has been called, where and when; new since the last look means: call
//   <body data-speak="sv" data-to="to">    the voice's language and the word between number and place; without it the tone alone
//   [data-sound]                           shown when the browser waits for a touch before it may sound

const { speak, to } = document.body.dataset
const audio = new AudioContext()
const button = document.querySelector("[data-sound]")
const seen = new Set()

function shown() {
  return [...document.querySelectorAll("[data-called]")].map(({ dataset }) => ({ ...dataset, key: `${dataset.called} ${dataset.at}` }))
}

function tone() {
  for (const [pitch, start] of [[880, 0], [660, 0.35]]) {
    const sound = audio.createOscillator()
    const loudness = audio.createGain()
    const at = audio.currentTime + start
    sound.frequency.value = pitch
    loudness.gain.setValueAtTime(0.4, at)
    loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.6)
    sound.connect(loudness).connect(audio.destination)
    sound.start(at)
    sound.stop(at + 0.6)
  }
}

function call({ called, place }) {
  tone()
  if (!speak) return
  // letter and figures one by one: "A 0 1 7"
  const words = new SpeechSynthesisUtterance(`${[...called].join(" ")}, ${to} ${place}`)
  words.lang = speak
  words.rate = 0.85
  speechSynthesis.speak(words)
}

function look() {
  for (const one of shown().reverse()) {
    if (!seen.has(one.key)) call(one)
    seen.add(one.key)
  }
}

function mayWeSound() {
  button.hidden = audio.state === "running"
}

for (const one of shown()) seen.add(one.key)
document.addEventListener("live:shown", look)
button.addEventListener("click", () => audio.resume())
audio.addEventListener("statechange", mayWeSound)
mayWeSound()
