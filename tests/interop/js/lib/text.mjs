// Section 15: how texts are kept, compared and cut into words.

const MAX_MARKS = 30;
const JOINER = "\u034f";

const UNSPACED =
  "\\u0e00-\\u0fff\\u1000-\\u109f\\u1100-\\u11ff\\u1780-\\u17ff\\u1950-\\u19df\\u1a20-\\u1aaf" +
  "\\u2e80-\\u2fdf\\u3005-\\u3007\\u3040-\\u318f\\u31a0-\\u31ff\\u3400-\\u9fff\\ua960-\\ua97f" +
  "\\ua980-\\ua9ff\\uaa60-\\uaadf\\uac00-\\ud7ff\\uf900-\\ufaff\\u{1aff0}-\\u{1b16f}" +
  "\\u{20000}-\\u{3fffd}";
const UNSEEN =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/u;
const FLAG = /(?<=\u{1f3f4})[\u{e0020}-\u{e007e}]{1,8}\u{e007f}/gu;
const ACCENTS =
  /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]/gu;
const ALIKE = new Map(
  Object.entries({
    "'": "\u2018\u2019\u201a\u201b\u2032\u00b4\u1ffd\u02b9\u0374\u02bb\u02bc\u02bd\u02c8\u055a\u05f3\ua78b\ua78c\uff07",
    "'n": "\u0149",
    '"': "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\u05f4\uff02",
    "'''": "\u2034",
    "''''": "\u2057",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u207b\u208b\u2e3a\u2e3b\u2e1a\u2e40\u058a\u05be\u1400\u1806\ufe58\ufe63\uff0d\ufe31\ufe32",
  }).flatMap(([plain, signs]) => [...signs].map((sign) => [sign, plain])),
);

/** Whether a character is sorted among marks: U+0345 comes behind all others. */
const isMark = (char) => char === "\u0345" || ("\u0345" + char).normalize("NFD")[0] !== "\u0345";

/** The text with a joiner before each mark that would make a run too long. */
function streamSafe(text) {
  let count = 0;
  let found = "";
  for (const char of text) {
    const marks = [...char.normalize("NFKD")].map(isMark);
    const before = marks.includes(false) ? marks.indexOf(false) : marks.length;
    const behind = marks.includes(false) ? marks.length - 1 - marks.lastIndexOf(false) : 0;
    if (count + before > MAX_MARKS) {
      found += JOINER;
      count = 0;
    }
    count = before === marks.length ? count + before : behind;
    found += char;
  }
  return found;
}

export const keep = (text) => streamSafe(text).normalize("NFC");

/** The text, decomposed, with no more than the first marks of each run. */
function withoutCrowds(text) {
  let count = 0;
  const fits = (char) => (count = isMark(char) ? count + 1 : 0) <= MAX_MARKS;
  return [...text.normalize("NFKD")].filter(fits).join("");
}

const seen = (text) =>
  [...text].map((char) => (UNSEEN.test(char) ? "" : (ALIKE.get(char) ?? char))).join("");

function withoutUnseen(text) {
  const flags = text.match(FLAG) ?? [];
  return text.split(FLAG).reduce((all, part, at) => all + seen(part) + (flags[at] ?? ""), "");
}

/** Full case folding, one character at a time, so that no rule of a language applies. */
const folded = (text) => [...text].map((char) => char.toUpperCase().toLowerCase()).join("");

export function fold(text) {
  const normal = withoutCrowds(withoutUnseen(text)).normalize("NFKC");
  const found = folded(normal).normalize("NFKC");
  return found.replaceAll("\u0131", "i").replace(/i\u0307+/gu, "i").normalize("NFC");
}

export function bare(text) {
  return fold(text).normalize("NFD").replace(ACCENTS, "").normalize("NFC");
}

const LETTER = `(?:(?![${UNSPACED}\\u05d0-\\u05f2])[\\p{L}\\p{Nl}\\p{No}]\\p{M}*)`;
const HEBREW = "(?:[\\u05d0-\\u05f2]\\p{M}*)";
const DIGIT = `(?:(?![${UNSPACED}])\\p{Nd}\\p{M}*)`;
const ANY = "(?=[\\p{L}\\p{Nl}\\p{No}])";
const TOKEN = new RegExp(
  `(?:${LETTER}(?:['·‧՟]\\p{M}*${ANY}(?![${UNSPACED}]))?` +
    `|${HEBREW}(?:['·‧՟]\\p{M}*${ANY}(?![${UNSPACED}])|"\\p{M}*(?=[\\u05d0-\\u05f2]))?` +
    `|${DIGIT}(?:['.,;\\u0589\\u060c\\u060d\\u066c\\u07f8\\u2044]\\p{M}*(?=\\p{Nd})(?![${UNSPACED}]))?` +
    "|[_‿⁀⁔]\\p{M}*)+|\\p{M}+| |[^]\\p{M}*",
  "gu",
);

export const tokens = (text) => bare(text).trim().replace(/\s+/gu, " ").match(TOKEN) ?? [];
