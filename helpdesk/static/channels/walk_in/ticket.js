// The visitor's page tells when it is their turn, also when the phone lies in a pocket or shows another tab.
//
//   <body data-turn="It is your turn">   what the page's title says then; #ticket-turn stands in the page when the number is called

const title = document.title
let told = false

function tell() {
  const isTurn = document.getElementById("ticket-turn") !== null
  document.title = isTurn ? document.body.dataset.turn : title
  if (isTurn && !told && navigator.userActivation?.hasBeenActive) navigator.vibrate?.([400, 200, 400])
  told = isTurn
}

document.addEventListener("live:shown", tell)
tell()
