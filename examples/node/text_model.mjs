// An exported .onnx file in Node.js: `npm ci`, then `node text_model.mjs model.onnx "Wie wird das Wetter morgen?"`.
//
// Without texts it reads lines of standard input, each the code points of a text as decimal numbers, and writes for each
// the milliseconds it took and the file's numbers, as every client beside this one does.
import { readFileSync } from "node:fs";
import { argv, exit, stdin } from "node:process";
import { createInterface } from "node:readline";
import * as ort from "onnxruntime-node";
import { besideTheText, metadataOf } from "./onnx_metadata.mjs";

const CONTRACT = 2;

const TASKS = ["text-classification", "text-embedding", "tokenization", "text-generation", "translation"];

// A classifier, encoder, tokenizer, translator or next-word step in an .onnx file; it opens only if it answers as it says it must.
export class TextModel {
  static async open(path) {
    const bytes = readFileSync(path);
    const model = new TextModel();
    model.metadata = metadataOf(bytes);
    const { contract, task, golden, tolerance } = model.metadata;
    if (contract !== CONTRACT || !TASKS.includes(task))
      throw new Error(
        `This client reads files for ${TASKS.join(", ")}, of contract ${CONTRACT}. Received: ${task}, contract ` +
          `${contract}. Take the client of the keras_i18n that wrote it.`,
      );
    model.session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
    for (const { codepoints, output: told, tokens, target_language: target } of golden) {
      let numbers = await model.predict(codepoints, target);
      if (tokens) numbers = tokens.map((token) => numbers[token]); // of the best ones to follow, as log probabilities
      const output = tokens ? told.map(Math.exp) : told;
      const differences = output.map((expected, place) => Math.abs(expected - numbers[place]));
      const largest = numbers.length === output.length ? Math.max(0, ...differences) : Infinity;
      if (!(largest <= tolerance)) throw new Error(`'${path}' does not answer as it must on this machine: ${largest} off.`);
    }
    return model;
  }

  // Of one text, given as Unicode code points: scores, a vector, token ids, what token follows how probably, or the code
  // points of its translation into the language at a place of the metadata's `target_languages`.
  async predict(codepoints, target = 0) {
    const values = Int32Array.from(codepoints.length ? codepoints : [0]);
    const { task, generation, target_languages: languages } = this.metadata;
    const given = { codepoints: new ort.Tensor("int32", values, [1, values.length]) };
    for (const [name, beside] of Object.entries(besideTheText(generation, languages?.length > 1 ? target : undefined)))
      given[name] = new ort.Tensor(beside instanceof Int32Array ? "int32" : "float32", beside, [1, beside.length]);
    const outputs = await this.session.run(given);
    if (task === "text-generation") return outputs[this.metadata.outputs[0]].data.map(Math.exp);
    const [first, length] = this.metadata.outputs.map((name) => outputs[name].data);
    if (length && task === "translation" && Number(length[0]) > this.metadata.max_tokens)
      console.error("A text is too long to be read at once, and was cut: translate its sentences.");
    if (task === "translation") return first.filter((codepoint) => codepoint > 0);
    return length ? first.slice(0, Number(length[0])) : first;
  }

  // [[label, score]], best first: one, of next tokens three; where a text may have several labels those above their thresholds.
  async classify(text, language = "und") {
    const { labels, thresholds, abstain_below: least } = this.metadata;
    const scores = await this.predict(Array.from(text, (character) => character.codePointAt(0)));
    const ranked = labels.map((label, place) => [label, scores[place]]).sort((one, other) => other[1] - one[1]);
    if (thresholds) {
      const from = thresholds[language] ?? thresholds.und;
      return ranked.filter(([label, score]) => score >= from[labels.indexOf(label)]);
    }
    if (least !== undefined && (ranked[0][1] < least || !/\p{L}/u.test(text))) return [["und", ranked[0][1]]];
    return ranked.slice(0, this.metadata.task === "text-generation" ? 3 : 1);
  }
}

async function main(path, ...texts) {
  const model = await TextModel.open(path);
  for (const text of texts) {
    const codepoints = Array.from(text, (character) => character.codePointAt(0));
    const labelled = model.metadata.labels.length > 0;
    let told = labelled ? await model.classify(text) : Array.from(await model.predict(codepoints));
    if (model.metadata.task === "translation") told = String.fromCodePoint(...told);
    console.log(`${text}\t${JSON.stringify(told)}`);
  }
  if (texts.length) return;
  for await (const line of createInterface({ input: stdin })) {
    const codepoints = line.split(" ").filter(Boolean).map(Number);
    const begin = performance.now();
    const numbers = await model.predict(codepoints);
    console.log(`${(performance.now() - begin).toFixed(4)}\t${Array.from(numbers, (one) => one.toPrecision(9)).join(" ")}`);
  }
}

main(...argv.slice(2)).catch((error) => {
  console.error(`error: ${error.message}`);
  exit(1);
});
