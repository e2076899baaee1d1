// The page: what is typed goes through the model that is open, and comes out as labels, numbers and shares of words.
import { RUNTIMES, TextModel } from "./text_model.mjs";

const MOST_WORDS = 200; // that are left out one by one for their shares
const at = (id) => document.getElementById(id);
const times = [];
let models = [];
let model; // a TextModel, or undefined while one opens
let opening = 0;
let queue = Promise.resolve();

// A runtime answers one text at a time, and is not closed in the middle of one.
function alone(work) {
  const done = queue.then(work);
  queue = done.catch(() => {});
  return done;
}

async function start() {
  const answer = await fetch("/v1/models");
  if (!answer.ok) throw new Error(`The server's list of models did not come: ${answer.status}.`);
  models = (await answer.json()).models;
  at("model").replaceChildren(...models.map(({ name }) => new Option(name)));
  at("model").addEventListener("change", () => offerRuntimes());
  at("runtime").addEventListener("change", () => open());
  at("text").addEventListener("input", () => answerText());
  at("explain").addEventListener("click", () => explain());
  await offerRuntimes();
}

function offerRuntimes() {
  const { files } = models[at("model").selectedIndex];
  const before = at("runtime").value;
  const names = Object.keys(RUNTIMES).filter((name) => RUNTIMES[name].format in files);
  if (!names.length) throw new Error("This model was exported in no format for browsers: export it as tflite or onnx.");
  at("runtime").replaceChildren(...names.map((name) => new Option(name)));
  if (names.includes(before)) at("runtime").value = before;
  return open();
}

async function open() {
  const number = ++opening;
  const runtime = at("runtime").value;
  const file = models[at("model").selectedIndex].files[RUNTIMES[runtime].format];
  const before = model;
  model = undefined;
  document.body.dataset.state = "opening";
  tell("error", "");
  tell("answer", "opening …");
  await alone(() => before?.close());
  const begin = performance.now();
  RUNTIMES[runtime].wake().catch(() => {}); // told when the model opens
  const opened = await TextModel.open(await bytesOf(file.url), runtime);
  if (number !== opening) return opened.close(); // another was chosen meanwhile
  model = opened;
  times.length = 0;
  const { precision, languages } = model.metadata;
  tell("opened", `${Math.round(performance.now() - begin)} ms, ${model.metadata.golden.length} golden examples replayed`);
  tell("size", `${(file.bytes / 1e6).toFixed(1)} MB, ${precision}`);
  tell("languages", languages.length > 8 ? `${languages.length} languages` : languages.join(", ") || "any language");
  at("languages").title = languages.join(", ");
  document.body.dataset.state = "ready";
  await answerText();
}

async function bytesOf(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`The file did not come: ${answer.status}.`);
  return new Uint8Array(await answer.arrayBuffer());
}

let running = false;
let again = false;

// One text at a time; what is typed meanwhile is answered next, the last of it only.
async function answerText() {
  again = true;
  if (running || !model) return;
  running = true;
  try {
    await alone(async () => {
      while (again && model) {
        again = false;
        await answerOnce(model, at("text").value);
      }
    });
  } finally {
    running = false;
  }
}

async function answerOnce(used, text) {
  const begin = performance.now();
  const scores = await used.scores(text);
  times.push(performance.now() - begin);
  if (times.length > 50) times.shift();
  show(used, text, scores);
  const sorted = times.toSorted((one, other) => one - other);
  tell("latency", `${times.at(-1).toFixed(2)} ms`);
  tell("median", `${sorted[sorted.length >> 1].toFixed(2)} ms`);
  const length = Array.from(text).length;
  const most = used.metadata.max_codepoints;
  tell("length", length > most ? `${length}, of which the first ${most} are read` : `${length}`);
  at("words").replaceChildren();
  tell("words-told", "");
}

function show(used, text, scores) {
  const body = at("scores").tBodies[0];
  at("scores").hidden = !used.metadata.labels.length;
  at("explain").hidden = at("scores").hidden;
  if (at("scores").hidden) {
    const some = Array.from(scores.slice(0, 8), (one) => (Number.isInteger(one) ? one : one.toFixed(3))).join(", ");
    return tell("answer", `${scores.length} numbers: ${some}${scores.length > 8 ? " …" : ""}`);
  }
  const ranked = used.ranked(text, scores);
  const given = ranked.filter((one) => one.given).map((one) => one.label);
  tell("answer", text.trim() ? given.join(", ") || "no answer" : "");
  at("answer").dataset.label = given[0] ?? "";
  body.replaceChildren(
    ...ranked.slice(0, 10).map(({ label, score, given }) => {
      const row = document.createElement("tr");
      row.className = given ? "given" : "";
      const meter = Object.assign(document.createElement("meter"), { max: 1, value: score });
      meter.setAttribute("aria-hidden", "true");
      const told = Object.assign(document.createElement("span"), { textContent: `${(score * 100).toFixed(1)} %` });
      const [name, value] = [row.insertCell(), row.insertCell()];
      Object.assign(name, { textContent: label, dir: "auto" });
      value.append(meter, told);
      value.dataset.score = score;
      return row;
    }),
  );
}

// Occlusion: how much the answer's probability falls when a word is left out.
async function explain() {
  const text = at("text").value;
  const parts = [...new Intl.Segmenter(undefined, { granularity: "word" }).segment(text)];
  const words = parts.filter((part) => part.isWordLike || /\p{Extended_Pictographic}/u.test(part.segment));
  if (!model || !words.length) return tell("words-told", "Type some words first.");
  tell("words-told", "leaving out one word after the other …");
  const found = await alone(() => sharesOf(model, text, words.slice(0, MOST_WORDS)));
  if (found) showShares(parts, words.length, ...found);
}

// The best label, and for the place of each word what its probability loses; nothing where the text is another by now.
async function sharesOf(used, text, words) {
  const scores = await used.scores(text);
  const label = used.ranked(text, scores)[0].label;
  const place = used.metadata.labels.indexOf(label);
  const shares = new Map();
  for (const { segment, index } of words) {
    if (used !== model || text !== at("text").value) return undefined;
    const without = text.slice(0, index) + text.slice(index + segment.length);
    shares.set(index, scores[place] - (await used.scores(without))[place]);
  }
  return [label, shares];
}

function showShares(parts, numWords, label, shares) {
  const largest = Math.max(1e-6, ...[...shares.values()].map(Math.abs));
  at("words").replaceChildren(
    ...parts.map(({ segment, index }) => {
      const share = shares.get(index);
      if (share === undefined) return document.createTextNode(segment);
      const span = Object.assign(document.createElement("span"), { textContent: segment });
      span.style.background = `rgba(var(${share >= 0 ? "--for" : "--against"}), ${(0.5 * Math.abs(share)) / largest})`;
      if (share < 0) span.style.borderBottomColor = "rgb(var(--against))"; // not by colour alone
      span.title = `${share >= 0 ? "+" : "−"}${Math.abs(share * 100).toFixed(1)} points`;
      span.dataset.share = share;
      return span;
    }),
  );
  const best = parts.filter(({ index }) => shares.get(index) > 0);
  best.sort((one, other) => shares.get(other.index) - shares.get(one.index));
  // each word isolated, so that Arabic and Latin keep their own directions
  const told = best.slice(0, 3).map(({ segment, index }) => `\u2068${segment}\u2069 ${(shares.get(index) * 100).toFixed(1)} points`);
  const more = numWords > shares.size ? ` The first ${shares.size} of ${numWords} words were left out in turn.` : "";
  const loses = told.length ? `Without it “${label}” loses: ${told.join(", ")}.` : `No word speaks for “${label}”.`;
  tell("words-told", `${loses} Underlined words speak against it.${more}`);
}

function tell(id, text) {
  if (at(id).textContent !== text) at(id).textContent = text;
}

function failed(error) {
  document.body.dataset.state = "failed";
  tell("answer", "");
  tell("error", error?.message ?? String(error));
}

addEventListener("unhandledrejection", (event) => failed(event.reason));
addEventListener("error", (event) => failed(event.error ?? event.message));
start().catch(failed);
