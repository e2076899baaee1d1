// An exported .onnx file in Node.js: `npm ci`, then `node text_model.mjs model.onnx "Wie wird das Wetter morgen?"`.
//
// Without texts it reads lines of standard input, each the code points of a text as decimal numbers, and writes for each
// the milliseconds it took and the file's numbers, as every client beside this one does.
import { readFileSync } from "node:fs";
import { argv, exit, stdin } from "node:process";
import { createInterface } from "node:readline";
import * as ort from "onnxruntime-node";
import { beginOf, metadataOf } from "./onnx_metadata.mjs";

const CONTRACT = 2;

const TASKS = ["text-classification", "text-embedding", "tokenization", "text-generation"];

// A classifier, encoder, tokenizer or next-word step in an .onnx file; it opens only if it answers as it says it must.
export class TextModel {
  static async open(path) {
    const bytes = readFileSync(path);
    const model = new TextModel();
    model.metadata = metadataOf(bytes);
    const { contract, task, golden, tolerance, generation } = model.metadata;
    if (contract !== CONTRACT || !TASKS.includes(task))
      throw new Error(
        `This client reads files for ${TASKS.join(", ")}, of contract ${CONTRACT}. Received: ${task}, contract ` +
          `${contract}. Take the client of the keras_i18n that wrote it.`,
      );
    if (task === "text-generation") model.begin = beginOf(generation, ort.Tensor);
    model.session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
    for (const { codepoints, output: told, tokens } of golden) {
      let numbers = await model.predict(codepoints);
      if (tokens) numbers = tokens.map((token) => numbers[token]); // of the best ones to follow, as log probabilities
      const output = tokens ? told.map(Math.exp) : told;
      const differences = output.map((expected, place) => Math.abs(expected - numbers[place]));
      const largest = numbers.length === output.length ? Math.max(0, ...differences) : Infinity;
      if (!(largest <= tolerance)) throw new Error(`'${path}' does not answer as it must on this machine: ${largest} off.`);
    }
    return model;
  }

  // Of one text, given as Unicode code points: scores, a vector, token ids, or what token follows how probably.
  async predict(codepoints) {
    const values = Int32Array.from(codepoints.length ? codepoints : [0]);
    const codepointsIn = new ort.Tensor("int32", values, [1, values.length]);
    const outputs = await this.session.run({ codepoints: codepointsIn, ...this.begin });
    if (this.begin) return outputs[this.metadata.outputs[0]].data.map(Math.exp);
    const [first, length] = this.metadata.outputs.map((name) => outputs[name].data);
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
    return ranked.slice(0, this.begin ? 3 : 1);
  }
}

async function main(path, ...texts) {
  const model = await TextModel.open(path);
  for (const text of texts) {
    const codepoints = Array.from(text, (character) => character.codePointAt(0));
    const labelled = model.metadata.labels.length > 0;
    const told = labelled ? await model.classify(text) : Array.from(await model.predict(codepoints));
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
