// What an .onnx file that keras_i18n exported says of itself. ONNX Runtime's JavaScript does not show `metadata_props`, so
// the file's outermost protobuf message is read here: field 14 holds pairs of key (1) and value (2).
export function metadataOf(bytes) {
  for (const [field, content] of fields(bytes)) {
    if (field !== 14) continue;
    const pair = Object.fromEntries([...fields(content)].map(([number, text]) => [number, new TextDecoder().decode(text)]));
    if (pair[1] === "keras_i18n.json") return JSON.parse(pair[2]);
  }
  throw new Error("This must be an .onnx file that keras_i18n exported: it has no keras_i18n.json.");
}

// What a file takes beside the text: a language model, which has read nothing yet, the token that was taken (none) and its
// states; a translator into several languages, the place of one of them.
export function besideTheText(generation, target) {
  const inputs = generation?.states ? { token_ids: Int32Array.of(-1) } : {};
  for (const { input, size, dtype, first } of generation?.states ?? [])
    inputs[input] = new (dtype === "int32" ? Int32Array : Float32Array)(size).fill(first);
  return target === undefined ? inputs : { ...inputs, target_language: Int32Array.of(target) };
}

// Pairs of field number and bytes; numbers, which have no bytes of their own, are passed over.
function* fields(bytes) {
  let place = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; place < bytes.length; factor *= 128) {
      const byte = bytes[place++];
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
    throw new Error("The file is cut short.");
  };
  while (place < bytes.length) {
    const tag = varint();
    const size = { 0: () => (varint(), 0), 1: () => 8, 2: varint, 5: () => 4 }[tag % 8];
    if (!size) throw new Error("This is no .onnx file.");
    const length = size();
    if (place + length > bytes.length) throw new Error("The file is cut short.");
    if (tag % 8 === 2) yield [Math.floor(tag / 8), bytes.subarray(place, place + length)];
    place += length;
  }
}
