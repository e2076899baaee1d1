// What a .tflite file that keras_i18n exported says of itself, and the file with a fixed length of text.
//
// Its metadata lie in a zip archive behind the model. LiteRT.js takes tensors of fixed shapes only, so the sizes of the
// inputs, which are dynamic in the file, are written into a copy of its bytes: nothing else of it changes.

export function metadataOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end > 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  for (let entry = end > 0 ? view.getUint32(end + 16, true) : end; entry + 46 < end; ) {
    if (view.getUint32(entry, true) !== 0x02014b50) break;
    const [letters, extra, comment] = [28, 30, 32].map((at) => view.getUint16(entry + at, true));
    const [size, local] = [20, 42].map((at) => view.getUint32(entry + at, true));
    const name = new TextDecoder().decode(bytes.subarray(entry + 46, entry + 46 + letters));
    const begin = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (name === "keras_i18n.json") return JSON.parse(new TextDecoder().decode(bytes.subarray(begin, begin + size)));
    entry += 46 + letters + extra + comment;
  }
  throw new Error("This must be a .tflite file that keras_i18n exported: it has no keras_i18n.json.");
}

// A copy whose inputs are one text of so many code points, and beside it one row of each state, one token, one language.
export function withLength(bytes, length) {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  const follow = (at) => at + view.getUint32(at, true);
  const field = (table, number) => {
    const vtable = table - view.getInt32(table, true);
    const at = 4 + 2 * number < view.getUint16(vtable, true) ? view.getUint16(vtable + 4 + 2 * number, true) : 0;
    return at ? table + at : 0;
  };
  const subgraph = follow(follow(field(follow(0), 2)) + 4); // Model.subgraphs[0]
  const inputs = follow(field(subgraph, 1)); // SubGraph.inputs
  const tensors = follow(field(subgraph, 0)); // SubGraph.tensors
  for (let place = 0; place < view.getUint32(inputs, true); place++) {
    const tensor = follow(tensors + 4 + 4 * view.getInt32(inputs + 4 + 4 * place, true));
    const name = follow(field(tensor, 3)); // Tensor.name
    const letters = new TextDecoder().decode(copy.subarray(name + 4, name + 4 + view.getUint32(name, true)));
    for (const number of [0, 7]) {
      const sizes = field(tensor, number) && follow(field(tensor, number)); // Tensor.shape, Tensor.shape_signature
      if (!sizes || view.getUint32(sizes, true) !== 2) throw new Error("The file's inputs must be rows, as [texts, code points].");
      view.setInt32(sizes + 4, 1, true);
      if (letters.includes("codepoints")) view.setInt32(sizes + 8, length, true);
      else if (view.getInt32(sizes + 8, true) < 1) view.setInt32(sizes + 8, 1, true);
    }
  }
  return copy;
}
