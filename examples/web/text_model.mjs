// An exported file in the browser, in either of two runtimes; it opens only if it answers as the file says it must.
import * as litert from "@litertjs/core";
import * as ort from "onnxruntime-web";
import { besideTheText, metadataOf as onnxMetadata } from "./onnx_metadata.mjs";
import { metadataOf as tfliteMetadata, withLength } from "./tflite_file.mjs";

const CONTRACT = 2;
const here = (path) => new URL(path, import.meta.url).href;
// Of a page whose server isolates it, as keras-i18n's does: half of the cores, for products of matrices.
const THREADS = globalThis.crossOriginIsolated ? Math.min(4, Math.max(2, navigator.hardwareConcurrency >> 1)) : 1;

// How each runtime opens the bytes of a file: gives code points -> numbers, for one text. It wakes while the file comes.
export const RUNTIMES = {
  "LiteRT.js": { format: "tflite", metadataOf: tfliteMetadata, wake: wakeLiteRt, open: openLiteRt },
  "onnxruntime-web": { format: "onnx", metadataOf: onnxMetadata, wake: wakeOnnx, open: openOnnx },
};

let litertLoaded;
const SHORTEST = 128; // a compiled model for shorter texts takes as long to make as thousands of them need more with this one

function wakeLiteRt() {
  litertLoaded ??= litert.loadLiteRt(here("./node_modules/@litertjs/core/wasm/"), { threads: THREADS > 1 });
  return litertLoaded;
}

// One compiled model for each of a few lengths, each made when the first text needs it.
async function openLiteRt(bytes, { max_codepoints: most, outputs: names, task, generation }) {
  await wakeLiteRt();
  const models = new Map();
  const options = { accelerator: "wasm", cpuOptions: { numThreads: THREADS } };
  const modelFor = (length) => {
    if (!models.has(length)) models.set(length, litert.loadAndCompile(withLength(bytes, length), options));
    return models.get(length);
  };
  const run = async (codepoints) => {
    let length = SHORTEST;
    while (length < codepoints.length) length *= 4;
    const padded = new Int32Array(Math.min(length, Math.max(most, SHORTEST)));
    padded.set(codepoints.slice(0, padded.length));
    const model = await modelFor(padded.length);
    const tensors = { codepoints: new litert.Tensor(padded, [1, padded.length]) };
    for (const [name, values] of Object.entries(besideTheText(generation)))
      tensors[name] = new litert.Tensor(values, [1, values.length]);
    const outputs = await model.run(tensors);
    try {
      return numbersOf(outputs[names[0]].toTypedArray(), task);
    } finally {
      for (const tensor of Object.values({ ...tensors, ...outputs })) tensor.delete();
    }
  };
  const close = async () => {
    for (const model of models.values()) (await model).delete();
  };
  return { run, close };
}

// A copy of the numbers; of a language model how probably each token follows.
function numbersOf(values, task) {
  return task === "text-generation" ? values.map(Math.exp) : values.slice();
}

// ONNX Runtime is loaded with its first session: of a file of one node, Identity.
const ONE_NODE = "CAg6NwoQCgFhEgFiIghJZGVudGl0eRIBZ1oPCgFhEgoKCAgBEgQKAggBYg8KAWISCgoICAESBAoCCAFCBAoAEBI=";
let ortLoaded;

function wakeOnnx() {
  ort.env.wasm.wasmPaths = here("./node_modules/onnxruntime-web/dist/");
  ort.env.wasm.numThreads = THREADS;
  ortLoaded ??= ort.InferenceSession.create(bytesOf(ONE_NODE), { executionProviders: ["wasm"] });
  return ortLoaded;
}

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

async function openOnnx(bytes, { outputs: names, task, generation }) {
  await wakeOnnx();
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"], logSeverityLevel: 3 });
  const run = async (codepoints) => {
    const given = { codepoints: new ort.Tensor("int32", codepoints, [1, codepoints.length]) };
    for (const [name, values] of Object.entries(besideTheText(generation)))
      given[name] = new ort.Tensor(values instanceof Int32Array ? "int32" : "float32", values, [1, values.length]);
    const outputs = await session.run(given);
    const numbers = numbersOf(outputs[names[0]].data, task);
    return task === "tokenization" ? numbers.slice(0, Number(outputs[names[1]].data[0])) : numbers;
  };
  return { run, close: () => session.release() };
}

export class TextModel {
  static async open(bytes, runtime) {
    const row = RUNTIMES[runtime];
    const model = new TextModel();
    model.metadata = row.metadataOf(bytes);
    const { contract, task } = model.metadata;
    const reads = ["text-classification", "text-embedding", "text-generation"];
    if (row.format === "onnx") reads.push("tokenization");
    if (contract !== CONTRACT || !reads.includes(task))
      throw new Error(
        `${runtime} is used here for ${reads.join(", ")}, contract ${CONTRACT}. Received: ${task}, contract ${contract}.`,
      );
    Object.assign(model, await row.open(bytes, model.metadata));
    const off = await model.replay();
    if (!(off <= model.metadata.tolerance)) {
      await model.close();
      throw new Error(`The file does not answer as it must in this browser: ${off} off. It is not used.`);
    }
    return model;
  }

  // The largest difference to the golden examples in the file.
  async replay() {
    let largest = 0;
    for (const { codepoints, output: told, tokens } of this.metadata.golden) {
      let numbers = await this.predict(codepoints);
      if (tokens) numbers = tokens.map((token) => numbers[token]); // of the best ones to follow, as log probabilities
      const output = tokens ? told.map(Math.exp) : told;
      if (numbers.length !== output.length) return Infinity;
      for (const [place, expected] of output.entries()) {
        const off = Math.abs(numbers[place] - expected);
        if (!(off <= largest)) largest = off;
      }
    }
    return largest;
  }

  // Of one text, given as Unicode code points: scores, a vector, token ids, or what token follows how probably.
  predict(codepoints) {
    return this.run(Int32Array.from(codepoints.length ? codepoints : [0]));
  }

  scores(text) {
    return this.predict(Array.from(text, (character) => character.codePointAt(0)));
  }

  // [{label, score, given}], best first; `given`: whether the text has the label.
  ranked(text, scores, language = "und") {
    const { labels, thresholds, abstain_below: least } = this.metadata;
    const from = thresholds && (thresholds[language] ?? thresholds.und);
    const ranked = labels.map((label, place) => ({ label, score: scores[place], given: from && scores[place] >= from[place] }));
    ranked.sort((one, other) => other.score - one.score);
    if (this.metadata.task === "text-generation") for (const one of ranked.slice(0, 3)) one.given = true;
    else if (!from) ranked[0].given = least === undefined || (ranked[0].score >= least && /\p{L}/u.test(text));
    return ranked;
  }
}
