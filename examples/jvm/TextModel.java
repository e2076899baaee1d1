package i18n;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;

/**
 * An exported .tflite file: reads labels and contract out of it, and opens only if it answers as it says it must. The same
 * class runs on the JVM and, as examples/android takes it, on Android from version 8 on.
 */
public final class TextModel {
  /** What runs the file: code points of one text in, the numbers of one output out. */
  public interface Runtime {
    float[] run(int[] codepoints);

    /** Which output is read, and with which number each row of an input beside the text is filled: for language models. */
    default void begin(String output, Map<String, Double> firsts) throws IOException {
      if (!firsts.isEmpty()) throw new IOException("This runtime takes texts only, and no states of a language model.");
    }
  }

  public record Prediction(String label, float score) {}

  private static final long CONTRACT = 2;
  public final List<String> labels;
  public final Map<String, Object> metadata;
  private final Runtime runtime;
  private final boolean generates; // a language model's step: how probably each token follows

  public TextModel(File file, Runtime runtime) throws IOException {
    this.runtime = runtime;
    try (ZipFile tail = new ZipFile(file)) { // a zip archive lies behind the model
      var entry = tail.getEntry("keras_i18n.json");
      if (entry == null) throw new IOException("This must be a .tflite file that keras_i18n exported: " + file);
      metadata = Json.object(all(tail.getInputStream(entry)));
    }
    var task = (String) metadata.get("task");
    if (Json.number(metadata.get("contract")) != CONTRACT || !Arrays.asList("text-classification", "text-embedding", "text-generation").contains(task)
        || metadata.containsKey("thresholds") || metadata.containsKey("abstain_below")) {
      throw new IOException("This client reads encoders, language models, and classifiers that give each text one label, of contract "
          + CONTRACT + ". Received: " + task + ", contract " + metadata.get("contract") + ".");
    }
    labels = new ArrayList<>();
    for (Object label : Json.list(metadata.get("labels"))) labels.add((String) label);
    generates = task.equals("text-generation");
    runtime.begin((String) Json.list(metadata.get("outputs")).get(0), firsts());
    double off = replay();
    if (!(off <= Json.number(metadata.get("tolerance")))) {
      throw new IOException("'" + file + "' does not answer as it must on this machine: " + off + " off.");
    }
  }

  /** Of one text, given as Unicode code points: scores, a vector, or how probably each token follows. */
  public float[] predict(int[] codepoints) {
    float[] numbers = runtime.run(codepoints.length == 0 ? new int[1] : codepoints);
    for (int place = 0; generates && place < numbers.length; place++) numbers[place] = (float) Math.exp(numbers[place]);
    return numbers;
  }

  /** What a language model takes beside the text, which has read nothing yet: no token, and the first values of its states. */
  private Map<String, Double> firsts() {
    var found = new HashMap<String, Double>();
    if (!generates) return found;
    found.put("token_ids", -1.0);
    for (Object one : Json.list(Json.map(metadata.get("generation")).get("states"))) {
      var state = Json.map(one);
      found.put((String) state.get("input"), Json.number(state.get("first")));
    }
    return found;
  }

  /** The best label of a text. */
  public Prediction classify(String text) {
    float[] scores = predict(text.codePoints().toArray());
    int best = 0;
    for (int place = 1; place < scores.length; place++) best = scores[place] > scores[best] ? place : best;
    return new Prediction(labels.get(best), scores[best]);
  }

  /** The largest difference to the golden examples in the file, each run anew. */
  private double replay() {
    double largest = 0;
    for (Object one : Json.list(metadata.get("golden"))) {
      var golden = Json.map(one);
      var told = Json.list(golden.get("codepoints"));
      int[] codepoints = new int[told.size()];
      for (int place = 0; place < codepoints.length; place++) codepoints[place] = (int) Json.number(told.get(place));
      float[] numbers = predict(codepoints);
      var expected = Json.list(golden.get("output"));
      var tokens = generates ? Json.list(golden.get("tokens")) : null; // the best ones to follow, as log probabilities
      if ((generates ? tokens.size() : numbers.length) != expected.size()) return Double.POSITIVE_INFINITY;
      for (int place = 0; place < expected.size(); place++) {
        double wanted = Json.number(expected.get(place));
        float number = numbers[generates ? (int) Json.number(tokens.get(place)) : place];
        double off = Math.abs(number - (generates ? Math.exp(wanted) : wanted));
        largest = off <= largest ? largest : off; // NaN stays
      }
    }
    return largest;
  }

  private static String all(InputStream from) throws IOException {
    var bytes = new ByteArrayOutputStream();
    byte[] block = new byte[1 << 14];
    for (int size; (size = from.read(block)) > 0; ) bytes.write(block, 0, size);
    return new String(bytes.toByteArray(), StandardCharsets.UTF_8);
  }
}
