// Does a text hold a Swedish personal or coordination number? Advice before it is sent; the server masks it whatever comes.

const SHAPE = /(?<![\d+])(?:\d{2} ?)?(\d{2} ?\d{2} ?\d{2}) ?[-+–]? ?(\d{3} ?\d)(?!\d)/g

function adds(digits) {
  const sum = [...digits].reduce((total, digit, place) => {
    const weighed = Number(digit) * (place % 2 ? 1 : 2)
    return total + (weighed > 9 ? weighed - 9 : weighed)
  }, 0)
  return sum % 10 === 0
}

export function hasIdentityNumber(text) {
  return [...text.matchAll(SHAPE)].some(([, born, last]) => {
    const digits = (born + last).replaceAll(" ", "")
    const month = Number(digits.slice(2, 4))
    const day = Number(digits.slice(4, 6)) % 60
    return month >= 1 && month <= 12 && day >= 1 && day <= 31 && adds(digits)
  })
}
